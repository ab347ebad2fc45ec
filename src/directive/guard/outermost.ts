/**
 * Keeps a guard the outermost function of its field. Tracing tools and Apollo Server put functions of their own over
 * `field.resolve` in place once a schema is in use. What such a function makes of the guard's answer cannot be known: it
 * may filter a list, remember an answer for the next caller, or not call the guard at all. So the guard of a field stands
 * in an accessor property: whatever is put over it is put below a new guard.
 */
import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { once } from '../../once.js';
import { Stamped } from '../../stamped.js';
import type { Refusal } from '../decision/decide.js';
import { isPromiseLike } from '../decision/promises.js';

export type Resolver = GraphQLFieldResolver<unknown, unknown, Record<string, unknown>>;
type Field = GraphQLField<unknown, unknown>;

/** Where a guard stands: before which function of its field, and over which function of others. */
export interface Stand {
  readonly place: 'resolve' | 'subscribe';
  /** The function itself. */
  self: Resolver | undefined;
  /** A function of others that was put over an earlier guard, and is below this one. */
  readonly wrapper: Wrapper | undefined;
}

interface Wrapper {
  readonly resolve: Resolver;
  /** Whether a guard was seen below it. */
  leadsToGuard: boolean;
  /** Whether a denial was shown to it, and no guard was seen below it yet. */
  isReplacement: boolean;
}

/** Makes the guard of a field around a resolver. `stand` says what it is about; `self` is set once it is made. */
export type MakeGuard = (resolve: Resolver, stand: Stand) => Resolver;

interface Made {
  readonly make: MakeGuard;
  readonly stand: Stand;
}

const made = once('guards', () => new WeakMap<object, Made>());

/** A guard that stands where its caller puts it. */
export function makeGuard(resolve: Resolver, make: MakeGuard, place: Stand['place'], wrapper?: Wrapper): Resolver {
  const stand: Stand = { place, self: undefined, wrapper };
  const guard = make(resolve, stand);
  stand.self = guard;
  made.set(guard, { make, stand });
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
    configurable: true,
    enumerable: true,
    get() {
      return this.#current;
    },
    set(next: unknown) {
      // A tool that puts back what was there before it.
      if (typeof next === 'function' && made.get(next)?.make === this.#make) this.#current = next as Resolver;
      else if (typeof next === 'function') {
        const wrapper = { resolve: next as Resolver, leadsToGuard: false, isReplacement: false };
        this.#current = makeGuard(wrapper.resolve, this.#make, 'resolve', wrapper);
      } else this.#current = this.#first;
    },
  };
}

/**
 * The field with the function, which `makeGuard` made, as its outermost one for good. A new object, because a property
 * that turns into an accessor makes an object slow.
 */
function keepOutermost(field: Field, guard: Resolver, make: MakeGuard): Field {
  // Left out and not deleted afterwards: that makes an object slow too.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  const { resolve, ...kept } = field;
  Object.defineProperty(kept, 'resolve', Outermost.property);
  new Outermost(kept, guard, make);
  return kept;
}

/** The field with its resolver guarded, for good. */
export function guardField(field: Field, resolve: Resolver, make: MakeGuard): Field {
  return keepOutermost(field, makeGuard(resolve, make, 'resolve'), make);
}

/** The same for the fields of a copy of a guarded schema, which have their guards and no longer the accessor. */
export function keepGuards(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    for (const field of Object.values(fields)) {
      const guard = Object.getOwnPropertyDescriptor(field, 'resolve')?.value as Resolver | undefined;
      const known = guard && made.get(guard);
      if (known) fields[field.name] = keepOutermost(field, guard, known.make);
    }
  }
}

type CallInfo = Partial<Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>>;

/** What the executor calls for the field at hand; undefined for a resolver that is called by hand. */
function outermostOf({ parentType, fieldName }: CallInfo, place: Stand['place']): unknown {
  return fieldName === undefined ? undefined : parentType?.getFields()[fieldName]?.[place];
}

/** Whether the executor itself called the guard, and takes what it returns as it is. */
export function isOutermost({ self, place }: Stand, info: CallInfo): boolean {
  return outermostOf(info, place) === self;
}

/** Whether another guard of this package is the outermost function of the field, and knows that this one was called. */
export function isBelowGuard({ place }: Stand, info: CallInfo): boolean {
  const outermost = outermostOf(info, place);
  const outer = typeof outermost === 'function' ? made.get(outermost) : undefined;
  if (outer?.stand.wrapper) outer.stand.wrapper.leadsToGuard = true;
  return outer !== undefined;
}

/**
 * Lets what was put over an earlier guard see the denial, as the error that the earlier guard throws: a tracing tool
 * counts denials too. What comes of it is dropped. A function that turns out to be no wrapper is not called again, and
 * a mutation's is never called for a denied caller.
 */
export function showDenial({ wrapper }: Stand, args: Parameters<Resolver>, denial: Error): void {
  const [, , , info] = args;
  if (wrapper === undefined || wrapper.isReplacement || info.parentType === info.schema.getMutationType()) return;
  const settle = () => {
    wrapper.isReplacement = !wrapper.leadsToGuard;
  };
  shown = { info, denial };
  // Until a guard is seen below it, it is called once and not again.
  wrapper.isReplacement = !wrapper.leadsToGuard;
  try {
    const answer: unknown = wrapper.resolve(...args);
    if (isPromiseLike(answer)) answer.then(settle, settle);
    else settle();
  } catch {
    settle();
  } finally {
    shown = undefined;
  }
}

// What is shown at the moment, for the guard below: a denial is made once, or a denied row would cost twice.
let shown: { readonly info: unknown; readonly denial: Error } | undefined;

/** The denial that the guard above is showing for this field, if it is. */
export function denialShown(info: object): Error | undefined {
  return shown?.info === info ? shown.denial : undefined;
}

/** What the guards below a wrapper said of a field, by its `info`: once refused, it stays refused. */
const verdicts = new WeakMap<object, Refusal | 'allowed'>();

/** Notes what a guard below another one decided by its policies. */
export function noteVerdict(info: object, refusal: Refusal | undefined): void {
  const known = verdicts.get(info);
  if (known === undefined || known === 'allowed') verdicts.set(info, refusal ?? 'allowed');
}

/** What a guard below decided about this very field; undefined when none was called. */
export function verdictOf(info: object): Refusal | 'allowed' | undefined {
  return verdicts.get(info);
}
