/** The claims of Amazon Cognito's tokens, as types. */

/**
 * The `token_use` claim of a Cognito token.
 *
 * @example
 * const tokenUse: TokenUse = 'access';
 */
export type TokenUse = 'id' | 'access';

/** A value of a claim. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

interface CognitoTokenPayload {
  /** Subject: the person's or the machine client's identifier, unique in the user pool (RFC 7519, section 4.1.2). */
  readonly sub: string;
  /** Issuer: the user pool (RFC 7519, section 4.1.1). */
  readonly iss: string;
  /** Expiration time, seconds since the epoch (RFC 7519, section 4.1.4). */
  readonly exp: number;
  /** Issued at, seconds since the epoch (RFC 7519, section 4.1.6). */
  readonly iat: number;
  /** When the person signed in, seconds since the epoch. Absent in a client-credentials token. */
  readonly auth_time?: number;
  /** The token's identifier (RFC 7519, section 4.1.7). */
  readonly jti?: string;
  /** The identifier of the sign-in: shared by all tokens that one refresh token gave. */
  readonly origin_jti?: string;
  readonly 'cognito:groups'?: readonly string[];
  readonly [claim: string]: JsonValue | undefined;
}

/**
 * Claims of an ID token, as Amazon Cognito documents them ("Understanding the identity (ID) token").
 *
 * @example
 * const isVerified = ({ email, email_verified }: CognitoIdTokenPayload) => email !== undefined && email_verified === true;
 */
export interface CognitoIdTokenPayload extends CognitoTokenPayload {
  readonly token_use: 'id';
  /** The app client. */
  readonly aud: string;
  readonly 'cognito:username': string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/**
 * Claims of an access token, as Amazon Cognito documents them ("Understanding the access token"). The app client is in
 * `client_id`; `aud` is the API that the token is for, if it names one.
 *
 * @example
 * const isMachine = ({ username }: CognitoAccessTokenPayload) => username === undefined;
 */
export interface CognitoAccessTokenPayload extends CognitoTokenPayload {
  readonly token_use: 'access';
  /** The app client. */
  readonly client_id: string;
  /**
   * Audience: the API, if the token was asked for one (RFC 8707), or what a trigger wrote (RFC 7519, section 4.1.3). A
   * verified token names one of the pool's `audience`, or without that option nothing but its own `client_id`.
   */
  readonly aud?: string | readonly string[];
  /** Scopes, separated by single spaces (RFC 6749, section 3.3). */
  readonly scope?: string;
  /** Absent in a client-credentials token. */
  readonly username?: string;
}
