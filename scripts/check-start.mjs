// Runs `npm start` as a newcomer would, then the lines that it prints as they are printed, then Ctrl-C.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const SECONDS_TO_START = 60;
const SECONDS_TO_STOP = 3;

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const program = spawn('npm', ['start'], {
  env: { ...process.env, PORT: String(await findFreePort()) },
  stdio: ['ignore', 'pipe', 'inherit'],
  // A process group of its own, which is what a terminal sends Ctrl-C to.
  detached: true,
});
const ended = once(program, 'exit');

let printed = '';
const ready = new Promise((resolve, reject) => {
  program.stdout.on('data', (chunk) => {
    printed += chunk;
    if (/nonsense.*\n/.test(printed)) resolve();
  });
  program.on('exit', () => reject(new Error('npm start ended by itself.')));
  setTimeout(() => reject(new Error(`Not ready within ${SECONDS_TO_START} s.`)), SECONDS_TO_START * 1000).unref();
});

try {
  await ready;
  const lines = printed.split('\n').filter((line) => /^(curl|TOKEN=)/.test(line));
  assert.equal(lines.length, 5, printed);
  const answers = execFileSync('sh', ['-e', '-c', lines.join('\n')], { encoding: 'utf8' });
  for (const part of [
    '"code":"UNAUTHENTICATED","reason":"missing"',
    '"customer":{"name":',
    '"code":"FORBIDDEN","reason":"group"',
    'HTTP/1.1 401 Unauthorized',
    'Bearer error="invalid_token"',
  ]) {
    assert.ok(answers.includes(part), `${part} is not in:\n${answers}`);
  }
  console.log(answers);
} finally {
  const askedAt = Date.now();
  process.kill(-program.pid, 'SIGINT');
  const timer = setTimeout(() => process.kill(-program.pid, 'SIGKILL'), SECONDS_TO_STOP * 1000);
  await ended;
  clearTimeout(timer);
  assert.ok(Date.now() - askedAt < SECONDS_TO_STOP * 1000, 'Ctrl-C did not end it at once.');
}
