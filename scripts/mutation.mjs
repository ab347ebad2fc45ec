/**
 * `npm run mutation -- ROOM...`: plants faults in the files of a room, such as `src/token/keys`, one at a time, and tells which
 * of them no unit test notices (Stryker). Default: src/token and src/directive. What has not changed is not tried again.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const rooms = process.argv.slice(2);
const globs = (rooms.length > 0 ? rooms : ['src/token', 'src/directive']).map((room) =>
  statSync(room).isDirectory() ? `${room}/**/*.ts` : room,
);
try {
  execFileSync('npx', ['stryker', 'run', '--mutate', globs.join(',')], { stdio: 'inherit' });
} catch {
  process.exitCode = 1;
}
