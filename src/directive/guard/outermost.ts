/**
 * Keeps a guard the outermost function of its field. Tracing tools and Apollo Server put functions of their own over
 * `field.resolve` once a schema is in use, and what they do with the guard's answer cannot be known. So a guard stands in
 * an accessor property: what is put over it is put below a new guard (docs/decisions: the outermost guard).
 */
import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { once } from '../../once.js';
import { Stamped } from '../../stamped.js';
import { isPromiseLike } from '../decision/promises.js';

export type Resolver = GraphQLFieldResolver<unknown, unknown, Record<string, unknown>>;
type Field = GraphQLField<unknown, unknown>;

/** Where a guard is called from, and what it calls. */
export interface GuardPosition {
  /** The property of the field. */
  readonly place: 'resolve' | 'subscribe';
  /** The guard itself, once it is made. */
  self: Resolver | undefined;
  /** The function below this guard, when another author put it over an earlier guard. */
  readonly wrapper: ForeignWrapper | undefined;
}

export interface ForeignWrapper {
  readonly resolve: Resolver;
  /** Whether it was called to be shown a denial. */
  wasShown: boolean;
  /** Whether a guard below it was seen to deny. */
  leadsToGuard: boolean;
}

/** Makes the guard of a field around a resolver. */
export type MakeGuard = (resolve: Resolver, position: GuardPosition) => Resolver;

interface Made {
  readonly make: MakeGuard;
  readonly position: GuardPosition;
}

const made = once('guards', () => new WeakMap<object, Made>());

/** A guard that stays where its maker puts it. */
export function makeGuard(
  resolve: Resolver,
  make: MakeGuard,
  place: GuardPosition['place'],
  wrapper?: ForeignWrapper,
): Resolver {
  const position: GuardPosition = { place, self: undefined, wrapper };
  const guard = make(resolve, position);
  position.self = guard;
  made.set(guard, { make, position });
  return guard;
}

/** The outermost function of a field, kept in the field itself. */
class Outermost extends Stamped {
  #current: Resolver;
  readonly #first: Resolver;
  readonly #make: MakeGuard;

  constructor(field: object, first: Resolver, make: MakeGuard) {
    super(field);
    this.#current = first;
    this.#first = first;
    this.#make = make;
  }

  // One function for all fields: V8 gives all of them one shape for it, and reads them as fast as data.
  static readonly property: PropertyDescriptor & ThisType<Outermost> = {
    // `Object.defineProperty` over it throws: a guard must not be lost in silence.
    configurable: false,
    enumerable: true,
    get() {
      return this.#current;
    },
    set(next: unknown) {
      // A tool that puts back what was there before it.
      if (typeof next === 'function' && made.get(next)?.make === this.#make) this.#current = next as Resolver;
      else if (typeof next === 'function') {
        const wrapper = { resolve: next as Resolver, wasShown: false, leadsToGuard: false };
        this.#current = makeGuard(wrapper.resolve, this.#make, 'resolve', wrapper);
      } else this.#current = this.#first;
    },
  };
}

/** The field with its resolver guarded, for good. */
export function pinGuard(field: Field, resolve: Resolver, make: MakeGuard): Field {
  return pin(field, makeGuard(resolve, make, 'resolve'), make);
}

/** The same for the fields of a copy of a guarded schema: they have their guards, and no longer the accessor. */
export function pinGuards(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    for (const field of Object.values(fields)) {
      const guard = Object.getOwnPropertyDescriptor(field, 'resolve')?.value as Resolver | undefined;
      const known = guard && made.get(guard);
      if (known) fields[field.name] = pin(field, guard, known.make);
    }
  }
}

// A new object, because a property that turns into an accessor makes an object slow; and without the property from the
// beginning, because a deletion does the same.
function pin(field: Field, guard: Resolver, make: MakeGuard): Field {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  const { resolve, ...pinned } = field;
  Object.defineProperty(pinned, 'resolve', Outermost.property);
  new Outermost(pinned, guard, make);
  return pinned;
}

type CallInfo = Partial<Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>>;

/** What the executor calls for the field at hand; undefined for a resolver that is called by hand. */
function outermostOf({ parentType, fieldName }: CallInfo, place: GuardPosition['place']): Resolver | undefined {
  return fieldName === undefined ? undefined : parentType?.getFields()[fieldName]?.[place];
}

/** Whether the executor itself called the guard, and takes what it returns as it is. */
export function isOutermost({ self, place }: GuardPosition, info: CallInfo): boolean {
  return outermostOf(info, place) === self;
}

/**
 * The outermost function of the field, if that is another guard of the same field: it asks for the same. The guard of
 * another field, whose resolver calls this one with its own `info`, does not.
 */
export function guardAbove({ self, place }: GuardPosition, info: CallInfo): GuardPosition | undefined {
  const outermost = outermostOf(info, place);
  if (outermost === undefined || self === undefined || outermost === self) return undefined;
  const above = made.get(outermost);
  return above?.make === made.get(self)?.make ? above?.position : undefined;
}

/**
 * Calls a wrapper for a denied caller, to let it see the error that the guard below it throws: a tracing tool counts
 * denials too. What comes of it is dropped. A function that is not seen to lead to a guard is not called again, and a
 * mutation's is never called for a denied caller.
 */
export function showDenial(wrapper: ForeignWrapper, call: Parameters<Resolver>): void {
  const [, , , info] = call;
  if (info.parentType === info.schema.getMutationType()) return;
  if (wrapper.wasShown && !wrapper.leadsToGuard) return;
  wrapper.wasShown = true;
  try {
    const answer: unknown = wrapper.resolve(...call);
    if (isPromiseLike(answer)) answer.then(drop, drop);
  } catch {
    // The denial, or a fault of the wrapper.
  }
}

function drop(): void {}
