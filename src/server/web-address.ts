/** Reads an address that clients are sent to: that of this API, or of a document about it. */
import { AuthConfigurationError } from '../errors.js';
import { describe } from '../settings.js';
import { isLoopback } from '../token/endpoint.js';

/**
 * The address as it was written. It has to be in the form in which `URL` writes it, because clients compare it as text
 * (RFC 9728, section 3.3), and can then stand between double quotes in a header.
 *
 * @param where Such as `resource`.
 * @throws {AuthConfigurationError} when it is no address, or one at which an attacker could answer.
 */
export function readWebAddress(called: string, where: string, value: unknown, example: string): string {
  const fault = faultOf(value);
  if (fault === undefined) return value as string; // Only text is without fault.
  throw new AuthConfigurationError(
    `Expected \`${where}\` of ${called} to be an https address without a fragment, got ${fault}. Write: '${example}'.`,
  );
}

function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return describe(value);
  if (!URL.canParse(value)) return 'a string that is not an address';
  const url = new URL(value);
  const { href, protocol, username, password } = url;
  if (protocol === 'http:' && !isLoopback(url)) return 'plain http, which only a loopback address may have';
  if (protocol !== 'https:' && protocol !== 'http:') return 'another scheme';
  if (username !== '' || password !== '') return 'one with a user name or a password';
  if (value.includes('#')) return 'one with a fragment';
  // `URL` leaves a backslash in a query and a quotation mark in a host, which a quoted string of a header must escape.
  if ((href !== value && href !== `${value}/`) || /["\\]/.test(value))
    return 'another spelling than that of `new URL(…).href`';
  return undefined;
}
