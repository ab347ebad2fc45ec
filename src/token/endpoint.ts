/** Reads and validates `endpoint`, `issuer` and `emulator` of a pool: where an emulator is, and its `iss`. */
import { AuthConfigurationError } from '../errors.js';
import { describe, isText } from '../settings.js';
import { isCognitoHost, issuerAt } from './issuers.js';
import type { IssuerAddress } from './issuers.js';

export interface Endpoint {
  /** As written, without slashes at its end. */
  readonly url: string;
  readonly isAws: boolean;
  /** Whether keys are accepted whose private half is published with an emulator. */
  readonly allowEmulatorKeys: boolean;
  /** Whether the pool has `emulator: true`. */
  readonly isOpen: boolean;
}

// RFC 6761, section 6.3: every name below `localhost` is loopback. `URL` brings the host to lower case, and each spelling
// of an IPv4 address (0x7f.1, 127.1) to this one. An IPv4 address in an IPv6 one does not count.
const LOOPBACK = /^(?:(?:[a-z0-9_-]+\.)*localhost\.?|127(?:\.\d+){3}|\[::1\])$/;

/** Whether the host, as `URL` writes it, is this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}

const PROTOCOLS = ['http:', 'https:'];

// `URL` drops tabs and line breaks in an address, and reads a backslash as a slash.
const NOT_IN_AN_ADDRESS = /[\s\\?#]/;

function readAddress(value: unknown): URL | undefined {
  if (!isText(value) || NOT_IN_AN_ADDRESS.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.username === '' && url.password === '' ? url : undefined;
}

/** @throws {AuthConfigurationError} when it is no address, or when an attacker could replace the keys on the way. */
export function readEndpoint(where: string, settings: Record<string, unknown>): Endpoint | undefined {
  const value = settings['endpoint'];
  const isOpen = readEmulator(where, settings['emulator']);
  if (value === undefined) {
    if (isOpen) {
      throw new AuthConfigurationError(
        `Expected \`${where}.emulator\` to stand beside \`endpoint\`, got it alone. Write the emulator's \`endpoint\` too, or ` +
          'leave `emulator` out.',
      );
    }
    return undefined;
  }
  const url = readAddress(value);
  if (typeof value !== 'string' || url === undefined) {
    throw new AuthConfigurationError(
      `Expected \`${where}.endpoint\` to be the origin of an emulator, got ${describe(value)}. Write: endpoint: ` +
        "'http://127.0.0.1:9229'.",
    );
  }
  const isLocal = isLoopback(url);
  const isAws = isCognitoHost(url.hostname);
  if (isAws && isOpen) {
    throw new AuthConfigurationError(
      `Expected \`${where}.endpoint\` to be of an emulator beside \`emulator: true\`, got one of AWS. Leave \`emulator\` out.`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (isLocal || isOpen))) {
    throw new AuthConfigurationError(
      `Expected \`${where}.endpoint\` to be https, got ${url.protocol === 'http:' ? 'plain http' : 'another scheme'}. An ` +
        'attacker can replace keys that come over plain http: it is accepted for localhost, *.localhost, 127.0.0.1 and ' +
        '[::1] alone. For an emulator on a private network, such as one of Docker Compose, write `emulator: true` too.',
    );
  }
  return { url: value.replace(/\/+$/, ''), isAws, allowEmulatorKeys: !isAws && (isLocal || isOpen), isOpen };
}

function readEmulator(where: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new AuthConfigurationError(
    `Expected \`${where}.emulator\` to be true or false, got ${describe(value)}. Write: emulator: true.`,
  );
}

/**
 * The issuer of an emulator's pool: `<endpoint>/<userPoolId>`, or the exact text of `issuer`. Its keys are at the endpoint
 * either way.
 *
 * @throws {AuthConfigurationError} when `issuer` is not a whole value of `iss`, or is one of AWS.
 */
export function issuerOf({ url }: Endpoint, userPoolId: string, where: string, issuer: unknown): IssuerAddress {
  const address = issuerAt(`${url}/${userPoolId}`);
  if (issuer === undefined) return address;
  const named = readAddress(issuer);
  const remedy = `Write: issuer: 'http://localhost:9229/${userPoolId}'.`;
  if (typeof issuer !== 'string' || named === undefined || !PROTOCOLS.includes(named.protocol)) {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the \`iss\` of the emulator's tokens, got ${describe(issuer)}. ${remedy}`,
    );
  }
  if (named.pathname === '/') {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the whole \`iss\` of the emulator's tokens, got an origin. ${remedy}`,
    );
  }
  if (isCognitoHost(named.hostname)) {
    throw new AuthConfigurationError(
      `Expected \`${where}.issuer\` to be the \`iss\` of an emulator's tokens, got one of AWS. ` +
        'Leave `endpoint` and `issuer` out: the keys of a pool of AWS come from AWS.',
    );
  }
  return { ...address, issuer };
}
