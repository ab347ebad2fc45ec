/** The public surface of `apollo-cognito-auth/verifier`: verification without GraphQL, for REST routes, authorizers and workers. */
export type {
  AnonymousAuth,
  Auth,
  AuthenticatedAccessAuth,
  AuthenticatedAuth,
  AuthenticatedIdAuth,
  RejectedAuth,
} from './auth.js';
export type { CognitoAccessTokenPayload, CognitoIdTokenPayload, TokenUse } from './cognito-claims.js';
export type {
  AuthErrorCode,
  DenialReason,
  ForbiddenReason,
  RejectionReason,
  TokenRejectionReason,
  UnavailableReason,
} from './errors.js';
export {
  AuthConfigurationError,
  KeysUnavailableError,
  RevocationUnavailableError,
  TokenRejectedError,
} from './errors.js';
export type { AuthEvent, AuthEventListener } from './events.js';
export { authOf } from './server/auth-of.js';
export type { AuthContextOptions } from './server/context-options.js';
export type { TokenRequest, TokenSource } from './token/source.js';
export { bearerToken, cookieToken, firstToken, headerToken } from './token/source.js';
export type {
  ClaimsSchema,
  CognitoPool,
  CognitoPoolFinder,
  CognitoPoolRequest,
  CognitoVerifier,
  CognitoVerifierOptions,
  JsonWebKey,
  JsonWebKeySet,
  KeyOptions,
  Revocation,
} from './token/verifier.js';
export { createCognitoVerifier } from './token/verifier.js';
