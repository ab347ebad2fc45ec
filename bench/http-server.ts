/** One server of the HTTP benchmark, in a process of its own; which one, the first argument says. */
import { ApolloServer } from '@apollo/server';
import type { ApolloServerOptions } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { authDirective, cognitoAuthPlugin, createAuthContext, createCognitoVerifier } from 'apollo-cognito-auth';
import type { JsonWebKeySet } from 'apollo-cognito-auth';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { applyMiddleware } from 'graphql-middleware';
import { rule, shield } from 'graphql-shield';
import jsonwebtoken from 'jsonwebtoken';
import { createPublicKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { readRsaKeys } from './public-keys.js';

/** What the driver sends once the process is up. */
export interface Setup {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly jwks: JsonWebKeySet;
}

interface Variant {
  readonly options: ApolloServerOptions<object>;
  readonly context: (argument: { req: IncomingMessage }) => Promise<object>;
}

const typeDefs = (auth: string) => /* GraphQL */ `
  type Query {
    motd: String
    me: Person ${auth}
  }
  type Person {
    id: ID!
    name: String!
    city: String!
  }
`;
const resolvers = {
  Query: { motd: () => 'hello', me: () => ({ id: '1', name: 'Anaya', city: 'Pune' }) },
};
const plain = () => makeExecutableSchema({ typeDefs: typeDefs(''), resolvers });

const variants: Record<string, (setup: Setup) => Variant> = {
  'no auth': () => ({ options: { schema: plain() }, context: async () => ({}) }),

  'apollo-cognito-auth': ({ userPoolId, clientId, jwks }) => {
    const verifier = createCognitoVerifier({ userPoolId, clientId, jwks });
    const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();
    const schema = authDirectiveTransformer(
      makeExecutableSchema({ typeDefs: [authDirectiveTypeDefs, typeDefs('@auth(tokenUse: ACCESS)')], resolvers }),
    );
    return {
      options: { schema, plugins: [cognitoAuthPlugin({ verifier })] },
      context: createAuthContext({ verifier }),
    };
  },

  'aws-jwt-verify in the context': ({ clientId, issuer, jwks }) => {
    const verifier = JwtVerifier.create({
      issuer,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      audience: null,
      customJwtCheck: ({ payload }) => {
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId });
      },
    });
    verifier.cacheJwks({ keys: readRsaKeys(jwks) });
    return {
      options: { schema: plain() },
      context: async ({ req }) => ({ claims: await verifier.verify(req.headers.authorization?.slice(7) ?? '') }),
    };
  },

  'graphql-shield and jsonwebtoken': ({ clientId, issuer, jwks }) => {
    const keys = new Map(
      readRsaKeys(jwks).map((key) => [key.kid, createPublicKey({ key: { ...key }, format: 'jwk' })]),
    );
    const allowed = rule({ cache: 'contextual' })(
      (_, __, context: { claims?: { client_id?: string } }) => context.claims?.client_id === clientId,
    );
    return {
      options: { schema: applyMiddleware(plain(), shield({ Query: { me: allowed } })) },
      context: async ({ req }) => {
        const token = req.headers.authorization?.slice(7) ?? '';
        const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid ?? '';
        const key = keys.get(kid);
        return { claims: key && jsonwebtoken.verify(token, key, { algorithms: ['RS256'], issuer }) };
      },
    };
  },
};

async function start(setup: Setup): Promise<string> {
  const variant = variants[process.argv[2] ?? '']?.(setup);
  if (variant === undefined) throw new Error(`One of: ${Object.keys(variants).join(', ')}`);
  const server = new ApolloServer({ ...variant.options, stopOnTerminationSignals: false });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: variant.context,
  });
  return url;
}

process.on('message', (message: Setup | 'cpu') => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  } else {
    void start(message).then((url) => process.send?.(url));
  }
});
process.on('disconnect', () => process.exit());
