/** `npm run demo`: runs every operation as every caller, prints the answers, and fails if one is not as expected. */
import { readdir, readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { startExample } from '../src/server.js';
import { ask, askForFirstEvent } from './answers.js';
import { createCallers } from './callers.js';
import { readExpectations } from './expectations.js';
import { tableHead, tableRow } from './table.js';

// The AWS SDK announces which Node versions it will need next year: not what this table is about.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const operations = new URL('../operations/', import.meta.url);
const clock = { behind: 0 };
const example = await startExample(
  // Its own parts, regardless of the environment: the expected answers are about them.
  { port: 0, userPool: undefined, databaseUrl: undefined },
  { userPoolClock: () => Date.now() - clock.behind },
);

try {
  const callers = await createCallers(example.userPool, clock);
  const shipOrder = await readFile(new URL('ship-order.graphql', operations), 'utf8');
  const admin = callers.find(({ name }) => name === 'anaya, access token');
  if (admin === undefined) throw new Error('The user pool lacks a caller who may ship an order.');
  const wrong: string[] = [];
  let count = 0;

  console.log(tableHead);
  for (const file of (await readdir(operations)).sort()) {
    const operation = file.replace('.graphql', '');
    const query = await readFile(new URL(file, operations), 'utf8');
    const expected = await readExpectations(operation);
    for (const caller of callers) {
      const answer = query.includes('subscription ')
        ? await askForFirstEvent(example.url, query, caller, () => ask(example.url, shipOrder, admin))
        : await ask(example.url, query, caller);
      const asExpected = isDeepStrictEqual(answer, expected(caller.name));
      console.log(tableRow({ operation, caller: caller.name, answer, asExpected }));
      count += 1;
      if (asExpected) continue;
      wrong.push(
        `${operation} as ${caller.name}\n  expected ${JSON.stringify(expected(caller.name))}\n  found    ${JSON.stringify(answer)}`,
      );
    }
  }
  console.log(
    wrong.length === 0
      ? `\nAll ${count} answers are the expected ones.`
      : `\n${wrong.length} of ${count} answers are not the expected ones:\n\n${wrong.join('\n\n')}`,
  );
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await example.stop();
}
