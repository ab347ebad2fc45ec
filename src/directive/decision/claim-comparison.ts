/** Compares a claim of the caller with an argument of the field, or with a property of its parent. */
import type { AuthenticatedAuth } from '../../auth.js';
import { once } from '../../once.js';
import { isText } from '../../settings.js';
import type { PolicyCheck } from './policies.js';

/** What a claim is compared with. */
export interface ComparedValue {
  readonly kind: 'argument' | 'field';
  /** A name, or names with dots between them. */
  readonly path: string;
}

export interface ClaimComparison extends ComparedValue {
  readonly claim: string;
  readonly isClaimList: boolean;
  readonly isValueList: boolean;
  /** Whether numbers are no match for one another. */
  readonly isTextOnly: boolean;
}

const comparisons = once('claim policies', () => new WeakMap<object, ClaimComparison>());

/** What the check of a policy compares; undefined for a check of another kind. */
export function comparisonOf(check: object): ClaimComparison | undefined {
  return comparisons.get(check);
}

/** What is compared with; undefined unless exactly one of `argument` and `field` is given, as a path. */
export function readComparedValue({ argument, field }: Readonly<Record<string, unknown>>): ComparedValue | undefined {
  const path = argument ?? field;
  if ((argument !== undefined && field !== undefined) || !isText(path) || path.split('.').includes(''))
    return undefined;
  return { kind: argument === undefined ? 'field' : 'argument', path };
}

export function createComparison(comparison: ClaimComparison): PolicyCheck {
  const { claim, kind, path, isClaimList, isValueList, isTextOnly } = comparison;
  const isComparable = (value: unknown) =>
    typeof value === 'string' ? value !== '' : !isTextOnly && Number.isSafeInteger(value);
  const check: PolicyCheck = ({ auth, source, args }) => {
    const claimed = itemsOf(claimOf(auth, claim), isClaimList);
    const value = kind === 'argument' ? valueAt(args, path, ownProperty) : valueAt(source, path, propertyOf);
    const values = itemsOf(value, isValueList);
    // Every value must match: beside its own tenant, a caller could name another one.
    return values.length > 0 && values.every((each) => isComparable(each) && claimed.includes(each));
  };
  comparisons.set(check, comparison);
  return check;
}

/** The items of a list where one is expected, else the value itself. Anything else has no item that is comparable. */
function itemsOf(value: unknown, isList: boolean): readonly unknown[] {
  if (!isList) return [value];
  // A copy has no holes, which `every` would skip.
  return Array.isArray(value) ? Array.from<unknown>(value) : [];
}

/** Claims that people can set as they like until the pool has verified them. */
const VERIFIED_BY: ReadonlyMap<string, string> = new Map([
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
]);

function claimOf(auth: AuthenticatedAuth, claim: string): unknown {
  if (claim === 'username') return ownProperty(auth, 'username');
  const verifiedBy = VERIFIED_BY.get(claim);
  // Cognito writes a boolean. Access tokens have none of these claims.
  if (verifiedBy !== undefined && ownProperty(auth.claims, verifiedBy) !== true) return undefined;
  return valueAt(auth.claims, claim, ownProperty);
}

type ReadProperty = (holder: unknown, name: string) => unknown;

/** A property of exactly this name, such as a claim with dots in its name; else the one at the end of the path. */
function valueAt(holder: unknown, path: string, read: ReadProperty): unknown {
  const exact = read(holder, path);
  if (exact !== undefined || !path.includes('.')) return exact;
  // Not into a list, which is none of its items.
  return path.split('.').reduce((at, name) => (Array.isArray(at) ? undefined : read(at, name)), holder);
}

function ownProperty(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A property of a parent that may be an instance of a class with getters, but nothing that every object has. */
function propertyOf(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null) return undefined;
  let holder: object = source;
  while (!Object.hasOwn(holder, name)) {
    const next: unknown = Object.getPrototypeOf(holder);
    // The last of a chain is `Object.prototype`, where a property could have been put for every object of the process.
    if (typeof next !== 'object' || next === null || Object.getPrototypeOf(next) === null) return undefined;
    holder = next;
  }
  return (source as Readonly<Record<string, unknown>>)[name];
}
