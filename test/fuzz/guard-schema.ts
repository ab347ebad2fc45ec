/** Random schemas: every kind of type, rules in every place where one may stand, and types that are extended. */
import type { Choices } from './guard-choices.js';
import { FORMS } from './guard-code-first.js';
import { isRequired, randomLiteral } from './guard-inputs.js';
import { namedType } from './guard-model.js';
import type {
  AnyType,
  Composite,
  Field,
  Input,
  InputObject,
  Rule,
  Schema,
  TypeRef,
  WrapperKind,
} from './guard-model.js';

export const GROUPS = ['a', 'b', 'c'];
export const SCOPES = ['r', 'w'];
/** The last one is the id of a pool without a name. */
export const POOLS = ['p', 'q', 'eu-west-1_TestPool'] as const;
/** Authentication levels, some of which are part of another's text. */
export const LEVELS = ['mfa', 'key', 'mfa-key'] as const;
/** Seconds. */
const AGES = [30, 60, 300] as const;
const BOTH_ORDERS: readonly Rule[] = [{ acr: LEVELS }, { acr: LEVELS.toReversed() }];
/** What each policy answers. */
export const POLICIES: Readonly<Record<string, boolean>> = { yes: true, no: false, yesLater: true, noLater: false };

export function randomSchema(choices: Choices): Schema {
  return new SchemaMaker(choices).make();
}

interface TypeNames {
  readonly interfaces: readonly string[];
  readonly objects: readonly string[];
  readonly unions: readonly string[];
  readonly inputs: readonly string[];
  readonly roots: readonly string[];
}

class SchemaMaker {
  readonly #choices: Choices;
  readonly #types = new Map<string, AnyType>();
  readonly #names: TypeNames;
  /** How often an element has a rule. */
  readonly #density: number;
  readonly #publicDensity: number;
  /** In each list of levels, as no token meets two lists without a common one; undefined where such lists may stand. */
  readonly #commonLevel: string | undefined;
  readonly #roots: Schema['roots'];
  /** Which interfaces each interface and object has, with theirs. */
  readonly #interfacesOf = new Map<string, readonly string[]>();

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#density = choices.pick([0.08, 0.03, 0.15, 0.25]);
    this.#publicDensity = choices.pick([0, 0, 0.6]);
    this.#commonLevel = choices.pick([...LEVELS, undefined]);
    const name = choices.chance(0.3) ? (kind: string) => `Root${kind}` : (kind: string) => kind;
    this.#roots = {
      query: name('Query'),
      ...(choices.chance(0.5) ? { mutation: name('Mutation') } : {}),
      ...(choices.chance(0.6) ? { subscription: name('Subscription') } : {}),
    };
    const named = (prefix: string, count: number) => choices.times(count, (index) => `${prefix}${index}`);
    this.#names = {
      interfaces: named('I', choices.below(4)),
      objects: named('T', 1 + choices.below(4)),
      unions: named('U', choices.below(3)),
      inputs: named('N', choices.below(4)),
      roots: Object.values(this.#roots),
    };
  }

  make(): Schema {
    const { interfaces, objects, unions, inputs, roots } = this.#names;
    this.#nameInterfaces();
    this.#add({ kind: 'enum', name: 'E', values: ['A', 'B', 'C'], ...this.#marks() });
    this.#add({ kind: 'scalar', name: 'S', values: [], ...this.#marks() });
    for (const name of inputs) this.#addInputObject(name);
    for (const name of interfaces) this.#addComposite('interface', name);
    for (const name of unions) {
      const chosen = this.#choices.some([...objects, ...roots], 0.5);
      const members = chosen.length > 0 ? chosen : objects;
      this.#add({ kind: 'union', name, members, ...this.#marks() });
    }
    for (const name of [...objects, ...roots]) this.#addComposite('object', name);
    return {
      directive: this.#choices.pick(['auth', 'auth', 'guarded']),
      isInDialects: this.#choices.chance(0.3),
      unannotated: this.#publicDensity > 0 ? 'authenticated' : 'public',
      roots: this.#roots,
      types: this.#types,
      typeResolution: this.#choices.pick(['typename', 'resolveType', 'isTypeOf']),
      isTypeResolutionAsync: this.#choices.chance(0.3),
      builder: this.#choices.pick(['graphql-js', 'graphql-tools', 'code']),
      form: this.#choices.pick(FORMS),
      isScalarOpaque: this.#choices.chance(0.5),
      wrappers: this.#wrappers(),
    };
  }

  #wrappers(): ReadonlyMap<string, WrapperKind> {
    const wrappers = new Map<string, WrapperKind>();
    if (this.#choices.chance(0.5)) return wrappers;
    for (const type of this.#types.values()) {
      for (const { name } of type.kind === 'object' ? type.fields : []) {
        const kind = this.#choices.pick([undefined, undefined, 'sync', 'async', 'filter', 'loop', 'index'] as const);
        if (kind) wrappers.set(`${type.name}.${name}`, kind);
      }
    }
    return wrappers;
  }

  #add(type: AnyType): void {
    this.#types.set(type.name, type);
  }

  #nameInterfaces(): void {
    const { interfaces, objects, roots } = this.#names;
    interfaces.forEach((name, index) => {
      this.#interfacesOf.set(name, this.#withTheirs(this.#choices.some(interfaces.slice(0, index), 0.4)));
    });
    [...objects, ...roots].forEach((name, index) => {
      // Each interface has an implementer among the first objects.
      const [own] = interfaces.slice(index, index + 1);
      const more = this.#choices.some(interfaces, index < objects.length ? 0.35 : 0.15);
      this.#interfacesOf.set(name, this.#withTheirs(own === undefined ? more : [own, ...more]));
    });
  }

  #withTheirs(names: readonly string[]): readonly string[] {
    return [...new Set(names.flatMap((name) => [name, ...(this.#interfacesOf.get(name) ?? [])]))];
  }

  #addInputObject(name: string): void {
    const fields = this.#choices.times(1 + this.#choices.below(3), (index) => this.#input(`f${index}`, name));
    // As the SDL has them.
    const inOrder = [false, true].flatMap((isExtension) => fields.filter((each) => each.isExtension === isExtension));
    const type: InputObject = { kind: 'input', name, fields: inOrder, ...this.#marks() };
    this.#add(type);
  }

  /** `owner` is the input object that the input is a field of, if it is one. */
  #input(name: string, owner?: string): Input {
    const { inputs } = this.#names;
    const index = owner === undefined ? inputs.length : inputs.indexOf(owner);
    const named = this.#choices.chance(0.5)
      ? this.#choices.oneOf(inputs)
      : this.#choices.pick(['Int', 'String', 'E', 'S']);
    const leaf: TypeRef = { kind: 'named', name: named ?? 'Int' };
    const isEarlier = (other: string) => !inputs.includes(other) || inputs.indexOf(other) < index;
    const type = this.#wrapInput(leaf, isEarlier(leaf.name));
    const rules = this.#rules();
    const place = { depth: 2, mayWrite: isEarlier };
    const hasDefault = isEarlier(leaf.name) && this.#choices.chance(0.35);
    const defaultValue = hasDefault ? randomLiteral(this.#choices, this.#types, type, place) : undefined;
    return { name, type, rules, defaultValue, isExtension: owner !== undefined && this.#choices.chance(0.2) };
  }

  /** An input object that could only be written within itself cannot be written at all. */
  #wrapInput(type: TypeRef, mayBeRequired: boolean): TypeRef {
    switch (this.#choices.below(8)) {
      case 4:
        return mayBeRequired ? { kind: 'nonNull', of: type } : type;
      case 5:
        return { kind: 'list', of: type };
      case 6:
        return { kind: 'list', of: { kind: 'nonNull', of: type } };
      case 7:
        return { kind: 'nonNull', of: { kind: 'list', of: { kind: 'list', of: type } } };
      default:
        return type;
    }
  }

  #addComposite(kind: Composite['kind'], name: string): void {
    const interfaces = this.#interfacesOf.get(name) ?? [];
    const inherited = new Map<string, Field>();
    for (const parent of interfaces) {
      const type = this.#types.get(parent);
      if (type?.kind !== 'interface') continue;
      for (const field of type.fields) if (!inherited.has(field.name)) inherited.set(field.name, field);
    }
    const copies = Array.from(inherited.values(), (field) => this.#implement(field, kind));
    // Fields of interfaces have names of their own, so that two interfaces agree about a field.
    const names = kind === 'interface' ? [`${name.toLowerCase()}a`, `${name.toLowerCase()}b`] : ['a', 'b', 'c', 'd'];
    const own = names.slice(0, 1 + this.#choices.below(names.length)).map((each) => this.#field(each, kind));
    const marks = this.#marks();
    const isPublic =
      kind === 'object' &&
      [...marks.rules, ...marks.extensionRules].length === 0 &&
      this.#choices.chance(this.#publicDensity / 4);
    const implementsInExtension = this.#choices.chance(0.15);
    this.#add({ kind, name, interfaces, implementsInExtension, fields: [...copies, ...own], isPublic, ...marks });
  }

  #implement(field: Field, kind: Composite['kind']): Field {
    const args = field.args.map((arg) => ({ ...arg, rules: this.#rules() }));
    const more = kind === 'object' && this.#choices.chance(0.15) ? [this.#input('more')] : [];
    const isUnion = this.#names.unions.includes(namedType(field.type));
    const isNarrower = kind === 'object' && this.#choices.chance(isUnion ? 0.6 : 0.3);
    let type = isNarrower ? this.#narrow(field.type) : field.type;
    if (kind === 'object' && type.kind !== 'nonNull' && this.#choices.chance(0.1)) type = { kind: 'nonNull', of: type };
    return { ...this.#field(field.name, kind), type, args: [...args, ...more.filter((arg) => !isRequired(arg))] };
  }

  /** The return type of an implementer's field may say more than the interface's. */
  #narrow(type: TypeRef): TypeRef {
    if (type.kind !== 'named') return { kind: type.kind, of: this.#narrow(type.of) };
    const target = this.#types.get(type.name);
    const members =
      target?.kind === 'union'
        ? target.members
        : this.#names.objects.filter((name) => this.#interfacesOf.get(name)?.includes(type.name));
    const name = this.#choices.oneOf(members);
    if (name !== undefined) return { kind: 'named', name };
    return type;
  }

  #field(name: string, kind: Composite['kind']): Field {
    const rules = this.#rules();
    return {
      name,
      type: this.#outputType(),
      args: this.#choices.chance(0.45)
        ? this.#choices.times(1 + this.#choices.below(2), (index) => this.#input(`x${index}`))
        : [],
      rules,
      isPublic: kind === 'object' && rules.length === 0 && this.#choices.chance(this.#publicDensity),
      isExtension: this.#choices.chance(0.15),
      hasResolver: this.#choices.chance(0.5),
      isAsync: this.#choices.chance(0.3),
    };
  }

  #outputType(): TypeRef {
    const { interfaces, objects, unions, roots } = this.#names;
    const leaves = ['Int', 'String', 'E', 'S'];
    const abstract = [...interfaces, ...unions];
    const pool = this.#choices.pick([
      leaves,
      leaves,
      objects,
      abstract,
      abstract,
      this.#choices.chance(0.3) ? roots : objects,
    ]);
    const type: TypeRef = { kind: 'named', name: this.#choices.oneOf(pool) ?? 'Int' };
    const nonNull: TypeRef = { kind: 'nonNull', of: type };
    switch (this.#choices.below(10)) {
      case 4:
      case 5:
        return nonNull;
      case 6:
        return { kind: 'list', of: type };
      case 7:
        return { kind: 'list', of: nonNull };
      case 8:
        return { kind: 'nonNull', of: { kind: 'list', of: nonNull } };
      case 9:
        return { kind: 'list', of: { kind: 'list', of: type } };
      default:
        return type;
    }
  }

  #marks(): { readonly rules: readonly Rule[]; readonly extensionRules: readonly Rule[] } {
    const [rules, extensionRules] = [this.#rules(false), this.#rules(false)];
    return { rules, extensionRules: this.#choices.chance(0.4) ? extensionRules : [] };
  }

  /** A policy needs a field to look at: there are none on types. */
  #rules(mayHavePolicies = true): readonly Rule[] {
    if (!this.#choices.chance(this.#density)) return [];
    // Rules that differ in the order of their lists alone.
    if (this.#choices.chance(0.05)) return this.#choices.chance(0.5) ? BOTH_ORDERS : BOTH_ORDERS.toReversed();
    return this.#choices.times(this.#choices.chance(0.3) ? 2 : 1, () => this.#rule(mayHavePolicies));
  }

  #rule(mayHavePolicies: boolean): Rule {
    const tokenUse = this.#choices.pick([undefined, undefined, undefined, 'ACCESS', 'ID'] as const);
    const groups = this.#choices.chance(0.5) ? this.#choices.some(GROUPS, 0.6) : [];
    const scopes = tokenUse !== 'ID' && this.#choices.chance(0.25) ? this.#choices.some(SCOPES, 0.6) : [];
    const pools = this.#choices.chance(0.15) ? this.#choices.some(POOLS, 0.6) : [];
    const acr = this.#choices.chance(0.3) ? this.#levels() : [];
    const maxAge = this.#choices.chance(0.35) ? this.#choices.pick(AGES) : undefined;
    const policies = mayHavePolicies && this.#choices.chance(0.4) ? this.#choices.some(Object.keys(POLICIES), 0.3) : [];
    return {
      ...(tokenUse ? { tokenUse } : {}),
      ...(groups.length > 0 ? { groups } : {}),
      ...(scopes.length > 0 ? { scopes } : {}),
      ...(pools.length > 0 ? { pools } : {}),
      ...(acr.length > 0 ? { acr } : {}),
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(policies.length > 0 ? { policies } : {}),
    };
  }

  #levels(): readonly string[] {
    const levels = LEVELS.filter((level) => level === this.#commonLevel || this.#choices.chance(0.5));
    return this.#choices.chance(0.5) ? levels : levels.toReversed();
  }
}
