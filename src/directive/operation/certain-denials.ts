/** Which selections a token denies for certain, that is, for any data that the operation may find. */
import { getNamedType } from 'graphql';
import type { FieldNode, GraphQLField, GraphQLInterfaceType, GraphQLObjectType } from 'graphql';
import type { AuthState } from '../../auth.js';
import { authStateOf } from '../../auth.js';
import { isExpired } from '../../expiry.js';
import { denials } from '../../errors.js';
import { decideRule, toRefusal } from '../decision/decide.js';
import type { Refusal } from '../decision/decide.js';
import { combine } from '../decision/execution.js';
import type { Rule } from '../rules/rule.js';
import type { MemberRules } from '../rules/schema-rules.js';
import type { RuledOperation } from './reach.js';
import type { PossibleTypes } from './selections.js';

type Field = GraphQLField<unknown, unknown>;
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

type Variables = Readonly<Record<string, unknown>>;

// A literal argument may be as large as the document, and is looked at for each type: with more types than these, such a
// field is decided when it is reached.
const MOST_MEMBERS = 20;

export class CertainDenials {
  /** How many possible types were looked at. */
  steps = 0;
  readonly #operation: RuledOperation;
  readonly #variableValues: Variables;
  readonly #auth: unknown;
  readonly #expired: AuthState | undefined;
  // By a field without arguments, on every type of its interface: that may have hundreds.
  readonly #byMembers = new Map<Field, Refusal | undefined>();

  /**
   * @param variableValues Coerced.
   * @param auth The value of `contextValue.auth`, of any type.
   */
  constructor(operation: RuledOperation, variableValues: Variables, auth: unknown) {
    const state = authStateOf(auth);
    this.#operation = operation;
    this.#variableValues = variableValues;
    this.#auth = auth;
    this.#expired = state && isExpired(state) ? state : undefined;
  }

  /** The refusal of the rules; undefined when the caller meets all of them. */
  ofRules(rules: readonly Rule[]): Refusal | undefined {
    if (this.#expired && rules.length > 0) return toRefusal(this.#expired, denials.expired);
    const refusals = rules.flatMap((rule) => decideRule(this.#auth, rule) ?? []);
    return combine(authStateOf(this.#auth), rules, refusals);
  }

  /** A field of an object type is denied by any of its rules; one of an interface also when each possible type denies it. */
  ofField(type: FieldsType, field: Field, node: FieldNode, possible: PossibleTypes): Refusal | undefined {
    const { rules } = this.#operation;
    const own = this.#ofMember({ requirement: rules.ofField(type, field), inputs: rules.ofInputs(type, field) }, node);
    return own ?? this.#ofMembers(type, field, node, possible);
  }

  /** A fragment on a type is denied by the type's rule. */
  ofFragment(type: FieldsType): Refusal | undefined {
    const requirement = this.#operation.rules.ofType(type);
    return requirement && this.ofRules([requirement.rule]);
  }

  #ofMember({ requirement, inputs }: MemberRules, node: FieldNode): Refusal | undefined {
    const provided = inputs?.provided(node, this.#variableValues, this.#operation.schema) ?? [];
    return this.ofRules((requirement ? [requirement, ...provided] : provided).map(({ rule }) => rule));
  }

  #ofMembers(type: FieldsType, field: Field, node: FieldNode, possible: PossibleTypes): Refusal | undefined {
    const { rules } = this.#operation;
    const isAlike = possible === undefined && !node.arguments?.length;
    if (isAlike && this.#byMembers.has(field)) return this.#byMembers.get(field);
    const refusal =
      this.#ofEvery(rules.ofEveryMember(getNamedType(field.type)), node) ??
      this.#ofEvery(rules.ofEveryMemberField(type, field, possible), node);
    if (isAlike) this.#byMembers.set(field, refusal);
    return refusal;
  }

  /** The first member's refusal, when every member denies. */
  #ofEvery(members: readonly MemberRules[] | undefined, node: FieldNode): Refusal | undefined {
    if (members === undefined || (members.length > MOST_MEMBERS && node.arguments?.length)) return undefined;
    let first: Refusal | undefined;
    for (const member of members) {
      this.steps += 1;
      const refusal = this.#ofMember(member, node);
      if (refusal === undefined) return undefined;
      first ??= refusal;
    }
    return first;
  }
}
