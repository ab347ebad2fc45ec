/** The public keys of a test pool in the form that every library here takes. */
import type { JsonWebKeySet } from 'apollo-cognito-auth';

// An alias and not an interface: only an alias has the index signature that the libraries' types ask for.
export type RsaKey = {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
};

export function readRsaKeys({ keys }: JsonWebKeySet): RsaKey[] {
  return keys.map(({ kid = '', n = '', e = '' }) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e }));
}
