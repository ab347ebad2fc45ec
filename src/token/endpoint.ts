/** Where an emulator is, and what it calls itself: `endpoint`, `issuer` and `emulator` of a pool. */
import { AuthConfigurationError } from '../errors.js';
import { describe, isText, print } from '../settings.js';
import { isCognitoHost, issuerAt } from './issuers.js';
import type { IssuerAddress } from './issuers.js';

export interface Endpoint {
  /** As it was written, without slashes at its end. */
  readonly url: string;
  readonly isAws: boolean;
  /** Whether a key whose private half is published with an emulator counts. */
  readonly allowEmulatorKeys: boolean;
  /** Whether `emulator: true` was written. */
  readonly isOpen: boolean;
}

// RFC 6761, section 6.3: every name below `localhost` is loopback. `URL` has brought the host to lower case, and every
// spelling of an IPv4 address (0x7f.1, 127.1) to this one. An IPv4 address in an IPv6 one does not count.
const LOOPBACK = /^(?:(?:[a-z0-9_-]+\.)*localhost\.?|127(?:\.\d+){3}|\[::1\])$/;

// `URL` drops tabs and line ends inside of an address, and reads a backslash as a slash.
const NOT_IN_AN_ADDRESS = /[\s\\?#]/;

function readAddress(value: unknown): URL | undefined {
  if (!isText(value) || NOT_IN_AN_ADDRESS.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.username === '' && url.password === '' ? url : undefined;
}

/** @throws {AuthConfigurationError} when it is no address, or one whose keys could be replaced by an attacker. */
export function readEndpoint(where: string, settings: Record<string, unknown>): Endpoint | undefined {
  const value = settings['endpoint'];
  const isOpen = readEmulator(where, settings['emulator']);
  if (value === undefined) {
    if (isOpen) {
      throw new AuthConfigurationError(
        `${where}.emulator is for an emulator alone. Write its \`endpoint\` too, or leave \`emulator\` out.`,
      );
    }
    return undefined;
  }
  const url = readAddress(value);
  if (typeof value !== 'string' || url === undefined) {
    throw new AuthConfigurationError(
      `${where}.endpoint must be the origin of an emulator, such as 'http://127.0.0.1:9229'; found ${describe(value)}.`,
    );
  }
  const isLoopback = LOOPBACK.test(url.hostname);
  const isAws = isCognitoHost(url.hostname);
  if (isAws && isOpen) {
    throw new AuthConfigurationError(
      `${where} has \`emulator: true\` beside an endpoint of AWS, which is no emulator. Leave \`emulator\` out.`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (isLoopback || isOpen))) {
    throw new AuthConfigurationError(
      `${where}.endpoint must be https, because an attacker can replace keys that come over plain http. ` +
        'Plain http is accepted for localhost, *.localhost, 127.0.0.1 and [::1] alone. ' +
        'For an emulator on a private network, such as one of Docker Compose, write `emulator: true` too.',
    );
  }
  return { url: value.replace(/\/+$/, ''), isAws, allowEmulatorKeys: !isAws && (isLoopback || isOpen), isOpen };
}

function readEmulator(where: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new AuthConfigurationError(`Expected \`${where}.emulator\` to be true or false, got ${describe(value)}.`);
}

/**
 * The issuer of an emulator's pool: `<endpoint>/<userPoolId>`, or the very text of `issuer`, with its keys at the endpoint
 * either way.
 *
 * @throws {AuthConfigurationError} when `issuer` is no whole value of `iss`, or one of AWS.
 */
export function issuerOf({ url }: Endpoint, userPoolId: string, where: string, issuer: unknown): IssuerAddress {
  const address = issuerAt(`${url}/${userPoolId}`);
  if (issuer === undefined) return address;
  const named = readAddress(issuer);
  const example = `such as ${print(`http://localhost:9229/${userPoolId}`)}`;
  if (typeof issuer !== 'string' || named === undefined || !/^https?:$/.test(named.protocol)) {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the \`iss\` of the emulator's tokens, ${example}, got ${describe(issuer)}.`,
    );
  }
  if (named.pathname === '/') {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the whole \`iss\` of the emulator's tokens, ${example}, got an origin. ` +
        'Write the id of the pool after it, as the tokens do.',
    );
  }
  if (isCognitoHost(named.hostname)) {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the \`iss\` of an emulator's tokens, got one of AWS. ` +
        "The keys of an AWS issuer are AWS's own: leave `endpoint` and `issuer` out.",
    );
  }
  return { issuer, jwksUri: address.jwksUri };
}
