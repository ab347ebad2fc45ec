/** The public surface, by name. */
export type {
  AnonymousAuth,
  Auth,
  AuthContext,
  AuthenticatedAccessAuth,
  AuthenticatedAuth,
  AuthenticatedIdAuth,
  RejectedAuth,
  WithAccessAuth,
  WithAuth,
  WithIdAuth,
} from './auth.js';
export type { CognitoAccessTokenPayload, CognitoIdTokenPayload, TokenUse } from './cognito-claims.js';
export { isAuthenticated } from './auth.js';
export type {
  DecideOperationOptions,
  DeniedOperationHandling,
  DeniedOperationHandlings,
  InvalidTokenHandling,
} from './directive/decide-operation.js';
export { decideOperation } from './directive/decide-operation.js';
export type { AuthDirectiveOptions } from './directive/options.js';
export { anyOf } from './directive/decision/any-of.js';
export type { ClaimPolicyOptions } from './directive/decision/claim-policy.js';
export { claimPolicy } from './directive/decision/claim-policy.js';
export type { OwnerPolicyOptions } from './directive/decision/owner-policy.js';
export { ownerPolicy } from './directive/decision/owner-policy.js';
export type { BatchPolicyOptions } from './directive/decision/batch-policy.js';
export { batchPolicy } from './directive/decision/batch-policy.js';
export type { Policies, Policy, PolicyCheck, PolicyDefinition, PolicyRequest } from './directive/decision/policies.js';
export type { AuthRule } from './directive/decision/auth-rule.js';
export type { AuthOfTokenUse } from './directive/require-auth.js';
export { requireAuth } from './directive/require-auth.js';
export type { AuthDirective } from './directive/auth-directive.js';
export { authDirective } from './directive/auth-directive.js';
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
export { createAuthContext } from './server/context.js';
export type { AuthLogger } from './log.js';
export type { CognitoAuthPlugin } from './server/apollo.js';
export type { ChallengeOptions } from './server/challenge.js';
export type { CognitoAuthPluginOptions } from './server/plugin-options.js';
export { cognitoAuthPlugin } from './server/plugin.js';
export type { ProtectedResourceMetadata, ProtectedResourceMetadataOptions } from './server/resource-metadata.js';
export { protectedResourceMetadata } from './server/resource-metadata.js';
export { authCacheKey, authSessionId } from './server/response-cache.js';
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
