/** The guarded schema of a model, over its data, and what really happens when an operation is executed. */
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
import type { Data, Field, OperationKind, Schema, TypeRef, Value, Variables } from './guard-model.js';
import { moveDirectivesToExtensions } from './guard-code-first.js';
import { makeScalarOpaque } from './guard-opaque.js';
import { wrapInPlace } from './guard-wrappers.js';
import { POLICIES } from './guard-schema.js';
import { printSchema } from './guard-text.js';

interface Context {
  readonly calls: string[];
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

  async run(
    kind: OperationKind,
    document: DocumentNode,
    variableValues: Variables,
    context: object,
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
      ...context,
      sources,
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
      const answers = await subscribe(request);
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
      (_args, { calls }, info) => {
        calls.push(responsePathAsArray(info.path).join('.'));
        return this.#resolve(key, field);
      },
    ]);
    const object = Object.fromEntries<unknown>(fields);
    if (this.#model.typeResolution === 'typename') object['__typename'] = type;
    this.#objects.set(key, object);
    this.#keys.set(object, key);
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
          target.subscribe = (_source, _args, context: Context & { sources: string[] }, info) => {
            context.sources.push(responsePathAsArray(info.path).join('.'));
            return this.#events(type.name);
          };
        }
      }
    }
  }

  async *#events(root: string): AsyncGenerator {
    for (let event = 0; event < this.#data.events; event += 1) yield this.#objects.get(`${root}:0`);
  }
}

/** What is asynchronous is so for some objects, so that of two in a list one may fail at once and one later. */
const isLate = (key: string) => key.endsWith(':0');

function fieldsOf(model: Schema, name: string): readonly Field[] {
  const type = model.types.get(name);
  return type?.kind === 'object' ? type.fields : [];
}
