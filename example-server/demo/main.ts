/** `npm run demo`: sends each operation as each caller, prints the responses, and fails if one is not as expected. */
import { isDeepStrictEqual } from 'node:util';
import { getOperationAST, OperationTypeNode, print } from 'graphql';
import { operations } from '../operations/index.js';
import { shipOrder } from '../operations/orders.js';
import { startExample } from '../src/server.js';
import { ask, askForFirstEvent } from './answers.js';
import { createCallers } from './callers.js';
import { readExpectations } from './expectations.js';
import { EXPECTED_LIFE, watchThroughExpiry } from './subscription-life.js';
import { EXPECTED_STEP_UP, stepUp } from './step-up.js';
import { tableHead, tableRow } from './table.js';

// The AWS SDK announces which Node versions it will need next year: not what this table is about.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const clock = { behind: 0 };
const example = await startExample(
  // Always the built-in parts, even if the environment names others: the expected responses are about them.
  { port: 0, userPool: undefined, databaseUrl: undefined },
  { userPoolClock: () => Date.now() - clock.behind },
);

try {
  const callers = await createCallers(example.userPool, clock);
  const admin = callers.find(({ name }) => name === 'anaya, access token');
  if (admin === undefined) throw new Error('No caller can ship an order.');
  const wrong: string[] = [];
  let count = 0;

  console.log(tableHead);
  for (const [operation, document] of Object.entries(operations)) {
    const query = print(document);
    const isSubscription = getOperationAST(document)?.operation === OperationTypeNode.SUBSCRIPTION;
    const expected = await readExpectations(operation, example.url);
    for (const caller of callers) {
      const answer = isSubscription
        ? await askForFirstEvent(example.url, query, caller, () => ask(example.url, print(shipOrder), admin))
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
  const life = await watchThroughExpiry(example, clock, () => ask(example.url, print(shipOrder), admin));
  const signedInAgain = await stepUp(example, clock);
  for (const [name, lines, expected] of [
    ['the subscription', life, EXPECTED_LIFE],
    ['the step-up', signedInAgain, EXPECTED_STEP_UP],
  ] as const) {
    console.log(`\n${lines.join('\n')}`);
    count += 1;
    if (!isDeepStrictEqual(lines, expected)) wrong.push(`${name}\n  expected ${expected.join('\n           ')}`);
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
