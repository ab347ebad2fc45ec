/** A schema that a gateway executes: its resolvers are never called, and so no guard. */
import { buildASTSchema, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { hasRules } from './coverage.js';
import { usesAuth } from './start-warnings.js';

const REMEDY =
  'Enforce the rules where they are written: pass the schema of each subgraph through authDirectiveTransformer.';

export interface GatewayFinding {
  /** Why the schema must not be served. */
  readonly problem?: string;
  readonly warning?: string;
}

/**
 * Whether rules are written in a schema that a gateway executes. Composition drops directives that no
 * `@composeDirective` keeps, so a supergraph without them says nothing of its subgraphs.
 */
export function checkGateway(apiSchema: GraphQLSchema, coreSupergraphSdl: string): GatewayFinding {
  if (hasRules(apiSchema) || usesAuth(apiSchema) || isUsedIn(coreSupergraphSdl)) {
    return {
      problem: `The schema uses @auth, and a gateway executes it, where no resolver of this server and no guard runs. ${REMEDY}`,
    };
  }
  return {
    warning: `A gateway executes the schema, so no rule is enforced in this server. ${REMEDY}`,
  };
}

function isUsedIn(sdl: string): boolean {
  try {
    return usesAuth(buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true }));
  } catch {
    // Another gateway's own form. The warning says what cannot be told.
    return false;
  }
}
