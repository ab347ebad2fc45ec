/** The guarded schema of a model, over its data, and what really happens when an operation is executed. */
import { subscribe as subscribeByTools } from '@graphql-tools/executor';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  buildSchema,
  execute,
  GraphQLError,
  isAbstractType,
  isObjectType,
  responsePathAsArray,
  subscribe,
} from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { Policy } from '../../src/directive/decision/policies.js';
import { authDirective } from '../../src/directive/auth-directive.js';
import { AuthConfigurationError } from '../../src/errors.js';
import type { Data, Field, OperationKind, Schema, Times, TypeRef, Value, Variables } from './guard-model.js';
import { compositeOf } from './guard-model.js';
import type { Seat } from './guard-callers.js';
import { moveDirectivesToExtensions } from './guard-code-first.js';
import { findImpossible } from './guard-oracle-levels.js';
import { rulesOfField } from './guard-oracle-rules.js';
import { makeScalarOpaque } from './guard-opaque.js';
import { wrapInPlace } from './guard-wrappers.js';
import { POLICIES } from './guard-schema.js';
import { printSchema } from './guard-text.js';

interface Context {
  readonly calls: string[];
  /** To be called when the execution has begun for certain, as one of its rules was decided. */
  readonly begin: () => void;
}

/** What a server is asked to run. */
export interface Run {
  readonly kind: OperationKind;
  readonly document: DocumentNode;
  readonly variableValues: Variables;
  readonly seat: Seat;
  readonly times: Times;
  /** Whether the events of a subscription share their variables, as under `@graphql-tools/executor`. */
  readonly sharesVariables: boolean;
}

/** What runs. */
export interface Running {
  /** Whether one of its rules was decided. */
  readonly hasBegun: () => boolean;
  readonly executed: Promise<Executed>;
}

/** One thing that the server answers, with the resolvers that ran for it. */
export interface Execution {
  readonly result: ExecutionResult;
  readonly calls: readonly string[];
}

export interface Executed {
  /** Unhandled rejections: each would have ended the process. */
  readonly rejections: readonly string[];
  /** Whether a subscription's source of events was made. */
  readonly sources: readonly string[];
  readonly executions: readonly Execution[];
}

const policies = Object.fromEntries(
  Object.entries(POLICIES).map(([name, answer]): [string, Policy] => [
    name,
    ({ context, info }) => {
      // The test's own context.
      const { calls } = context as Context;
      const call = `${responsePathAsArray(info.path).join('.')}?`;
      if (!calls.includes(call)) calls.push(call);
      return name.endsWith('Later') ? Promise.resolve(answer) : answer;
    },
  ]),
);

type Method = (args: unknown, context: Context, info: GraphQLResolveInfo) => unknown;

export class GuardServer {
  readonly schema: GraphQLSchema;
  readonly #model: Schema;
  readonly #data: Data;
  readonly #objects = new Map<string, object>();
  readonly #keys = new WeakMap<object, string>();
  readonly #ruled = new Map<Field, boolean>();

  constructor(model: Schema, data: Data) {
    this.#model = model;
    this.#data = data;
    const directive = authDirective({
      name: model.directive,
      unannotated: model.unannotated,
      policies,
      dialects: model.isInDialects ? ['federation', 'appsync'] : [],
    });
    const typeDefs = [directive.authDirectiveTypeDefs, printSchema(model)];
    const schema =
      model.builder === 'graphql-tools' ? makeExecutableSchema({ typeDefs }) : buildSchema(typeDefs.join('\n'));
    if (model.isScalarOpaque) makeScalarOpaque(schema, model);
    if (model.builder === 'code') moveDirectivesToExtensions(schema, model.form);
    for (const [key, { type }] of data.instances) this.#addObject(key, type);
    this.#addResolvers(schema);
    this.schema = directive.authDirectiveTransformer(schema);
    for (const [coordinate, kind] of model.wrappers) wrapInPlace(this.schema, coordinate, kind);
  }

  /** Turns the caller's clock, and runs until the first resolver has to be waited for. */
  start(run: Run): Running {
    let hasBegun = false;
    const begin = () => {
      if (!hasBegun && run.times.later !== undefined) run.seat.clock.now = run.times.later;
      hasBegun = true;
    };
    const startEvent = (at: number) => {
      hasBegun = false;
      run.seat.clock.now = at;
    };
    startEvent(run.times.start);
    return { hasBegun: () => hasBegun, executed: this.#run(run, begin, startEvent) };
  }

  async #run(
    { kind, document, variableValues, seat, times, sharesVariables }: Run,
    begin: () => void,
    startEvent: (at: number) => void,
  ): Promise<Executed> {
    const rootValue = this.#objects.get(this.#data.roots[kind] ?? '');
    const sources: string[] = [];
    const executions: Execution[] = [];
    const rejections: string[] = [];
    // graphql-js 16 forgets the promises of items when a later one that must not be null fails at once, and a forgotten
    // rejection ends the process. Faults alone do that to a server; a denial must not, also beside faulty data.
    const note = (reason: unknown) => {
      if (reason instanceof GraphQLError && 'reason' in reason.extensions) rejections.push(String(reason));
    };
    process.on('unhandledRejection', note);
    let calls: string[] = [];
    const contextValue = {
      ...seat.context,
      sources,
      begin,
      events: times.events,
      startEvent(at: number) {
        // Policies are asked before the source is made, too.
        calls = [];
        startEvent(at);
      },
      get calls() {
        return calls;
      },
    };
    const request = { schema: this.schema, document, variableValues, contextValue, rootValue };
    const finish = async (result: ExecutionResult) => {
      // Resolvers whose siblings have failed may still run after the answer: they must not be denied ones either.
      await new Promise((resolve) => setImmediate(resolve));
      executions.push({ result, calls });
      calls = [];
    };
    if (kind !== 'subscription') await finish(await execute(request));
    else {
      // Their types allow for incremental delivery, which no operation here asks for.
      const answers = (await (sharesVariables ? subscribeByTools(request) : subscribe(request))) as
        ExecutionResult | AsyncIterable<ExecutionResult>;
      if (!(Symbol.asyncIterator in answers)) await finish(answers);
      else for await (const answer of answers) await finish(answer);
    }
    process.off('unhandledRejection', note);
    return { sources, executions, rejections };
  }

  /** An object whose methods are what graphql-js's default resolver calls. */
  #addObject(key: string, type: string): void {
    const fields = fieldsOf(this.#model, type).map((field): [string, Method] => [
      field.name,
      (_args, { calls, begin }, info) => {
        calls.push(responsePathAsArray(info.path).join('.'));
        if (this.#isRuled(type, field)) begin();
        return this.#resolve(key, field);
      },
    ]);
    const object = Object.fromEntries<unknown>(fields);
    if (this.#model.typeResolution === 'typename') object['__typename'] = type;
    this.#objects.set(key, object);
    this.#keys.set(object, key);
  }

  /** Whether a rule is decided before the field is resolved, whatever the request provides. */
  #isRuled(type: string, field: Field): boolean {
    let isRuled = this.#ruled.get(field);
    if (isRuled === undefined) {
      isRuled = rulesOfField(this.#model, compositeOf(this.#model, type), field, [], {}).length > 0;
      this.#ruled.set(field, isRuled);
    }
    return isRuled;
  }

  #resolve(key: string, { name, type, ...field }: Field): unknown {
    const isAsync = field.isAsync && isLate(key);
    const value = this.#data.instances.get(key)?.fields.get(name) ?? { kind: 'null' };
    if (value.kind !== 'throw') {
      const source = this.#toSource(type, value);
      return isAsync ? Promise.resolve(source) : source;
    }
    const error = new Error('throw');
    if (isAsync) return Promise.reject(error);
    throw error;
  }

  #toSource(type: TypeRef, value: Value): unknown {
    if (type.kind === 'nonNull') return this.#toSource(type.of, value);
    if (value.kind === 'leaf') return value.value;
    if (value.kind === 'object') return this.#objects.get(value.key);
    if (value.kind !== 'list' || type.kind !== 'list') return null;
    return value.items.map((item) => this.#toSource(type.of, item));
  }

  #addResolvers(schema: GraphQLSchema): void {
    const { typeResolution, isTypeResolutionAsync } = this.#model;
    const typeNameOf = (key: string) => this.#data.instances.get(key)?.type;
    const resolve = <T>(object: object, answer: (key: string) => T) => {
      const key = this.#keys.get(object) ?? '';
      return isTypeResolutionAsync && isLate(key) ? Promise.resolve(answer(key)) : answer(key);
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (isAbstractType(type) && typeResolution === 'resolveType') {
        type.resolveType = (object: object) => resolve(object, typeNameOf);
      }
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      if (typeResolution === 'isTypeOf')
        type.isTypeOf = (object: object) => resolve(object, (key) => typeNameOf(key) === type.name);
      for (const field of fieldsOf(this.#model, type.name)) {
        const target = type.getFields()[field.name];
        if (!target) throw new Error(`The test's schema lacks ${type.name}.${field.name}.`);
        // What is called is the method of the parent, as by default: it notes the call.
        if (field.hasResolver) {
          target.resolve = (source: Record<string, Method>, args, context: Context, info) =>
            source[field.name]?.(args, context, info);
        }
        if (type.name === this.#model.roots.subscription) {
          target.subscribe = (_source, _args, { sources, ...context }: SubscriptionContext, info) => {
            sources.push(responsePathAsArray(info.path).join('.'));
            return this.#events(type.name, context);
          };
        }
      }
    }
  }

  async *#events(root: string, { events, startEvent }: Omit<SubscriptionContext, 'sources'>): AsyncGenerator {
    for (const at of events) {
      startEvent(at);
      yield this.#objects.get(`${root}:0`);
    }
  }
}

interface SubscriptionContext extends Context {
  readonly sources: string[];
  readonly events: readonly number[];
  readonly startEvent: (at: number) => void;
}

/**
 * The server of a schema; undefined where the schema is rightly refused.
 *
 * @throws where it is refused or served against what the oracle says.
 */
export function serve(model: Schema, data: Data): GuardServer | undefined {
  const { named, nameable } = findImpossible(model);
  const problems: string[] = [];
  let server: GuardServer | undefined;
  try {
    server = new GuardServer(model, data);
  } catch (error) {
    if (!(error instanceof AuthConfigurationError)) throw error;
    problems.push(...error.problems);
  }
  const coordinates = problems.map((problem) => problem.slice(0, problem.indexOf(': No value is in every `acr` list')));
  const isExpected =
    named.every((coordinate) => coordinates.includes(coordinate)) &&
    coordinates.every((coordinate) => named.includes(coordinate) || nameable.includes(coordinate));
  if (isExpected) return server;
  throw new Error(
    `The schema was to be refused for ${named.join(', ') || 'nothing'}, and was for: ${problems.join(' ')}\n\n${printSchema(model)}`,
  );
}

/** What is asynchronous is so for some objects, so that of two in a list one may fail at once and one later. */
const isLate = (key: string) => key.endsWith(':0');

function fieldsOf(model: Schema, name: string): readonly Field[] {
  const type = model.types.get(name);
  return type?.kind === 'object' ? type.fields : [];
}
