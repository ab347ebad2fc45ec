/**
 * The oracle's half about whole operations (rule 6): which selections the token denies for certain, for any data. It knows
 * nothing of the code that it judges: it walks the selections with the object types that can turn up at each place.
 */
import { possibleTypes } from './guard-data.js';
import { compositeOf, namedType, typeOf } from './guard-model.js';
import type { Caller, FieldSelection, Operation, Rule, Schema, Selection, Variables } from './guard-model.js';
import type { Decision } from './guard-oracle.js';
import { findDenial, rulesOfField, rulesOfType, toText } from './guard-oracle-rules.js';
import { coerceVariables } from './guard-oracle-values.js';

type OperationRequest = {
  readonly schema: Schema;
  readonly operation: Operation;
  readonly variables: Variables;
  readonly caller: Caller;
  /** When the operation is decided. */
  readonly at: number;
};

/** What a selection may be denied with. Where every one of several types denies it, it is the denial of one of them. */
export type CertainDenials = ReadonlyMap<string, ReadonlySet<string>>;

/** Where a selection stands: its type, and which object types can be there. */
interface Place {
  readonly type: string;
  readonly possible: readonly string[];
  readonly path: readonly string[];
}

/** The paths of the selections that the token denies for certain, each once; nothing below a denied one. */
export function certainDenials({ schema, operation, variables: sent, caller, at: now }: OperationRequest): {
  readonly denied: CertainDenials;
  readonly decisions: readonly Decision[];
} {
  const variables = coerceVariables(schema, operation, sent);
  const denied = new Map<string, Set<string>>();
  const decisions: Decision[] = [];
  const decide = (rules: readonly Rule[]): string | undefined => {
    const denial = findDenial(caller, rules, now);
    if (rules.length > 0) decisions.push({ rules, at: now, denial });
    // Policies are not asked. What the token says is decided before them.
    return denial !== undefined && denial.reason !== 'policy' ? toText(denial) : undefined;
  };
  const deny = (path: readonly string[], denials: readonly (string | undefined)[]) => {
    const key = path.join('.');
    denied.set(key, new Set([...(denied.get(key) ?? []), ...denials.filter((each) => each !== undefined)]));
  };

  const decideType = (name: string) => decide(rulesOfType(schema, name));

  function decideField(parent: string, { name, args }: FieldSelection): string | undefined {
    const type = compositeOf(schema, parent);
    const field = type.fields.find((each) => each.name === name);
    if (field === undefined) throw new Error(`The test selects ${parent}.${name}, which does not exist.`);
    // By default, the fields of objects are closed, and an interface's are those of its objects.
    const isObject = type.kind === 'object';
    return decide(rulesOfField(isObject ? schema : { ...schema, unannotated: 'public' }, type, field, args, variables));
  }

  function visitField(node: FieldSelection, { type, possible, path }: Place): void {
    if (node.name.startsWith('__')) return;
    const at = [...path, node.key];
    const field = compositeOf(schema, type).fields.find(({ name }) => name === node.name);
    const returned = namedType(field?.type ?? { kind: 'named', name: '' });
    const members = isComposite(schema, returned) ? possibleTypes(schema, returned) : [];
    const own = decideField(type, node);
    const ofMembers = members.map(decideType);
    const isEveryMemberDenied = members.length > 0 && !ofMembers.includes(undefined);
    // An interface that nothing implements has its own rules alone.
    const ofParents = possible.map((name) => decideField(name, node));
    if (own !== undefined) deny(at, [own]);
    else if (isEveryMemberDenied) deny(at, ofMembers);
    else if (possible.length > 0 && !ofParents.includes(undefined)) deny(at, ofParents);
    else visit(node.selections, { type: returned, possible: members, path: at });
  }

  function visit(selections: readonly Selection[], place: Place): void {
    for (const selection of selections) {
      if (!isIncluded(selection, variables)) continue;
      if (selection.kind === 'field') visitField(selection, place);
      else {
        const fragment = selection.kind === 'inline' ? selection : operation.fragments.get(selection.fragment);
        if (fragment === undefined) throw new Error('The test spreads a fragment that does not exist.');
        const type = fragment.on ?? place.type;
        const members = possibleTypes(schema, type);
        const possible = place.possible.filter((name) => members.includes(name));
        // No value is of all the types around.
        if (possible.length === 0 && place.possible.length > 0) continue;
        // A value that is known to be of one type has passed the rule of that type before.
        const isNarrower = type !== place.type && typeOf(schema, place.type).kind !== 'object';
        const ofType = isNarrower && typeOf(schema, type).kind !== 'union' ? decideType(type) : undefined;
        if (ofType !== undefined) deny(place.path, [ofType]);
        else {
          const isObject = typeOf(schema, place.type).kind === 'object';
          visit(fragment.selections, { ...place, type: isObject ? place.type : type, possible });
        }
      }
    }
  }

  const root = schema.roots[operation.kind] ?? '';
  visit(operation.selections, { type: root, possible: [root], path: [] });
  return { denied, decisions };
}

function isComposite(schema: Schema, name: string): boolean {
  const kind = schema.types.get(name)?.kind;
  return kind === 'object' || kind === 'interface' || kind === 'union';
}

function isIncluded({ conditions }: Selection, variables: Variables): boolean {
  return conditions.every(({ directive, value }) => {
    const isTrue = typeof value === 'boolean' ? value : variables[value.variable] === true;
    return directive === 'include' ? isTrue : !isTrue;
  });
}
