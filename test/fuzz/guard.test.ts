/** Random schemas, data, requests and callers: the guarded schema answers what the oracle says, and runs nothing else. */
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { randomCaller, randomTimes, seatOf } from './guard-callers.js';
import type { Seat } from './guard-callers.js';
import { Choices, tape } from './guard-choices.js';
import { findDifferences } from './guard-compare.js';
import { Count, SIGN_IN_KINDS } from './guard-count.js';
import { randomData } from './guard-data.js';
import { VariableMaker } from './guard-inputs.js';
import type { Caller, Request, Times } from './guard-model.js';
import { randomOperation } from './guard-operation.js';
import { expectAnswers } from './guard-oracle.js';
import type { Expectation } from './guard-oracle.js';
import { randomSchema } from './guard-schema.js';
import { serve } from './guard-server.js';
import type { Running } from './guard-server.js';
import { printOperation, printSchema } from './guard-text.js';
import { seed } from './seed.js';

const SCHEMAS = 1_600;
/** Callers, each with variables of his own, for one document. */
const CALLERS = 3;
/** Kinds of answer and of operation; each has to turn up in five runs of a thousand at least. */
const COMMON = [
  'query',
  'mutation',
  'subscription',
  'refused subscription',
  'resolvers',
  'no error',
  'several errors for one null',
  'UNAUTHENTICATED missing',
  'FORBIDDEN token-use',
  'FORBIDDEN group',
  'FORBIDDEN scope',
  'FORBIDDEN policy',
  'FORBIDDEN pool',
  'UNAUTHENTICATED step-up',
  ...SIGN_IN_KINDS,
  'INTERNAL_SERVER_ERROR -',
  'null',
  'throw',
];
/** In one of a thousand at least. */
const RARE = [
  ...['expired', 'malformed', 'invalid', 'revoked'].map((reason) => `UNAUTHENTICATED ${reason}`),
  'AUTH_UNAVAILABLE keys-unavailable',
  // By the same caller, of the same rules.
  'allowed before, denied now',
  'denied before, allowed now',
  'decided as it began',
  'decided at each event',
  'decided in turns',
  'smallest age',
  'intersection of levels',
];
/** Of schemas, in one of a thousand at least. */
const REFUSED = 'refused schema';

const world = fc.record({
  schema: tape(900),
  data: tape(500),
  callers: tape(60),
  operations: fc.array(tape(280), { minLength: 1, maxLength: 9, size: 'max' }),
});

it(
  'a guarded schema answers every operation as the rules say, and runs no resolver that they forbid',
  { timeout: 600_000 },
  async () => {
    const count = new Count();
    const property = fc.asyncProperty(world, async (tapes) => {
      const schema = randomSchema(new Choices(tapes.schema));
      const data = randomData(new Choices(tapes.data), schema);
      const server = serve(schema, data);
      if (server === undefined) {
        count.note([REFUSED]);
        return;
      }
      const callerChoices = new Choices(tapes.callers);
      const callers = callerChoices.times(CALLERS, () => {
        const caller = randomCaller(callerChoices);
        return { caller, seat: callerChoices.chance(0.5) ? seatOf(caller) : returning(caller) };
      });
      for (const operationTape of tapes.operations) {
        const choices = new Choices(operationTape);
        const variableMaker = new VariableMaker(choices, schema.types);
        const operation = randomOperation(choices, schema, variableMaker);
        const { kind } = operation;
        const document = parse(printOperation(operation));
        const problems = validate(server.schema, document).map(({ message }) => message);
        const takeTurns = kind !== 'subscription' && choices.chance(0.4);
        const isSameCaller = choices.chance(0.7);
        const started: Started[] = [];
        for (const [index, each] of callers.entries()) {
          const { caller, seat } = (takeTurns && isSameCaller && index === 1 ? callers[0] : undefined) ?? each;
          const variables = variableMaker.send();
          const random = randomTimes(choices, data.events);
          // A clock stands still until what goes by it has begun.
          const mayTurn = started.every((other) => other.seat.clock !== seat.clock || other.running.hasBegun());
          const times = takeTurns
            ? { ...random, start: mayTurn ? random.start : seat.clock.now, later: undefined }
            : random;
          const request: Request = { schema, data, operation, variables, caller, times };
          const sharesVariables = choices.chance(0.5);
          const run = { kind, document, variableValues: variables, seat, times, sharesVariables };
          const one = { request, seat, running: server.start(run), sharesVariables };
          started.push(one);
          if (!takeTurns) await one.running.executed;
        }
        for (const { request, seat, running, sharesVariables } of started) {
          const expected = expectAnswers(request);
          const executed = await running.executed;
          const differences = [...problems, ...findDifferences(expected, executed, kind)];
          count.add(kind, expected, differences.length > 0);
          count.noteSignIn(request.caller, seat, expected.decisions);
          count.note(timeKinds(request, expected, takeTurns ? started.filter((each) => each.seat === seat) : []));
          if (differences.length > 0) throw new Error(describe(request, differences, { takeTurns, sharesVariables }));
        }
      }
    });
    const details = await fc.check(property, { seed, numRuns: SCHEMAS, interruptAfterTimeLimit: 500_000 });
    // fast-check's own report would be the tapes: thousands of numbers that say nothing.
    if (details.errorInstance instanceof Error) {
      const { errorInstance, numShrinks } = details;
      expect.fail(
        `FUZZ_SEED=${seed}, operation ${count.firstDifference}, made smaller ${numShrinks} times:\n${errorInstance.message}`,
      );
    }
    expect(details.interrupted).toBe(false);
    expect(count.operations).toBeGreaterThanOrEqual(10_000);
    // What the generators no longer make is no longer tested.
    expect(COMMON.filter((kind) => count.of(kind) < count.operations / 200)).toEqual([]);
    expect(count.of(REFUSED)).toBeGreaterThanOrEqual(SCHEMAS / 1_000);
    expect(RARE.filter((kind) => count.of(kind) < count.operations / 1_000)).toEqual([]);
  },
);

interface Started {
  readonly request: Request;
  readonly seat: Seat;
  readonly running: Running;
  readonly sharesVariables: boolean;
}

/** Where it matters at which time something was decided. */
function timeKinds(request: Request, expected: Expectation, takingTurns: readonly Started[]): readonly string[] {
  const { times, caller } = request;
  if (caller.kind !== 'authenticated') return [];
  const answers = (other: Partial<Times>) =>
    withoutDecisions(expectAnswers({ ...request, times: { ...times, ...other } }));
  const own = withoutDecisions(expected);
  const differs = (other: Partial<Times>) => !isDeepStrictEqual(answers(other), own);
  const { later } = times;
  return [
    ...(later !== undefined && differs({ start: later, events: times.events.map(() => later) })
      ? ['decided as it began']
      : []),
    ...(times.events.some((event) => event !== times.start) && differs({ events: times.events.map(() => times.start) })
      ? ['decided at each event']
      : []),
    ...(takingTurns.some((each) => each.request !== request && differs({ start: each.request.times.start }))
      ? ['decided in turns']
      : []),
  ];
}

const withoutDecisions = (expected: Expectation) => ({ ...expected, decisions: [] });

// An `Auth` keeps what was decided about it, for whichever schema: some come again and again.
const known = new Map<string, Seat>();

function returning(caller: Caller): Seat {
  const key = JSON.stringify(caller);
  const seat = known.get(key) ?? seatOf(caller);
  known.set(key, seat);
  return seat;
}

function describe(
  { schema, operation, variables, caller, times }: Request,
  differences: readonly string[],
  options: object,
): string {
  const { unannotated, isInDialects, typeResolution, isTypeResolutionAsync, builder, form, isScalarOpaque } = schema;
  const wrappers = Object.fromEntries(schema.wrappers);
  const settings = {
    unannotated,
    isInDialects,
    typeResolution,
    isTypeResolutionAsync,
    builder,
    form,
    isScalarOpaque,
    wrappers,
    variables,
    caller,
    times,
    ...options,
  };
  return [...differences, printSchema(schema), printOperation(operation), JSON.stringify(settings)].join('\n\n');
}
