/** What the server prints when it is ready. */
import { createSamples } from './samples.js';
import type { RunningExample } from './server.js';

export function welcome({ url, userPool }: RunningExample): string {
  const { userPoolId, endpoint, people } = userPool;
  const lines = [`The example server is ready at ${url}/ (Ctrl-C ends it).`, ''];
  if (endpoint === undefined) {
    lines.push(`People of the user pool ${userPoolId} sign in; the groups are admin and support.`);
    lines.push('Put a username and a password into the line that signs in.');
  } else {
    lines.push('People        Password        Groups');
    for (const { username, password, groups } of people) {
      lines.push(`${username.padEnd(14)}${password.padEnd(16)}${groups.join(', ') || 'none'}`);
    }
  }
  for (const { title, line } of createSamples(url, userPool)) lines.push('', `# ${title}`, line);
  return lines.join('\n');
}
