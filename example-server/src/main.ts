/** `npm start`: starts the server, prints how to use it, and stops at once on Ctrl-C. */
import { ConfigurationError, readConfiguration } from './configuration.js';
import { startExample } from './server.js';
import type { RunningExample } from './server.js';
import { welcome } from './welcome.js';

let running: RunningExample | undefined;
let stopping = false;

function stop(): void {
  // A terminal sends Ctrl-C to the whole process group, and npm passes it on: it comes more than once.
  if (stopping) return;
  stopping = true;
  // Ctrl-C works even if a part hangs.
  setTimeout(() => process.exit(1), 2000).unref();
  const stopped = running === undefined ? Promise.resolve() : running.stop();
  stopped.then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

function explain(error: unknown): unknown {
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is taken by another program. Choose another one: PORT=4001 npm start`;
  }
  return error;
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  running = await startExample(readConfiguration(process.env));
  console.log(welcome(running));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
