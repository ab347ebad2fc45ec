import { makeExecutableSchema } from '@graphql-tools/schema';
import { buildASTSchema, concatAST, graphql } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { gql } from 'graphql-tag';
import { describe, expect, it } from 'vitest';
import { authDirective } from '../../src/index.js';
import { anonymous, authenticatedAs } from '../../src/testing/index.js';

const { authDirectiveTypeDefs, authDirectiveTransformer } = authDirective();

const query = gql`
  type Query {
    motd: String
    payroll: Payroll @auth(groups: ["hr"])
  }
  type Payroll @auth(groups: ["admin"]) {
    total: Int
  }
`;
const rootValue = { motd: 'hello', payroll: { total: 42 } };

async function answers(schema: GraphQLSchema) {
  const callers = {
    anonymous: anonymous(),
    hr: authenticatedAs({ groups: ['hr'] }),
    admin: authenticatedAs({ groups: ['admin'] }),
    both: authenticatedAs({ groups: ['admin', 'hr'] }),
  };
  const found: Record<string, unknown> = {};
  for (const [name, auth] of Object.entries(callers)) {
    const source = '{ motd payroll { total } }';
    const { data, errors } = await graphql({ schema, source, rootValue, contextValue: { auth } });
    found[name] = [JSON.parse(JSON.stringify(data)), errors?.map(({ extensions }) => extensions['reason'])];
  }
  return found;
}

const denied = { motd: 'hello', payroll: null };
const enforced = {
  anonymous: [denied, ['missing']],
  hr: [denied, ['group']],
  admin: [denied, ['group']],
  both: [{ motd: 'hello', payroll: { total: 42 } }, undefined],
};

describe('type definitions in gql documents', () => {
  it.each([
    ['the text of the directive in a list with a document', [authDirectiveTypeDefs, query]],
    ['the text of the directive as a document of its own', [gql(authDirectiveTypeDefs), query]],
    [
      'the text of the directive inside the document',
      gql`
        ${authDirectiveTypeDefs}
        ${query}
      `,
    ],
    [
      'rules on one type in two documents, both of which must hold',
      [
        authDirectiveTypeDefs,
        gql`
          type Query {
            motd: String
            payroll: Payroll
          }
          type Payroll @auth(groups: ["hr"]) {
            total: Int
          }
        `,
        gql`
          extend type Payroll @auth(groups: ["admin"])
        `,
      ],
    ],
  ])('enforces %s', async (_, typeDefs) => {
    expect(await answers(authDirectiveTransformer(makeExecutableSchema({ typeDefs })))).toEqual(enforced);
  });

  it('enforces documents that are joined without any tool', async () => {
    const document = concatAST([gql(authDirectiveTypeDefs), query]);
    expect(await answers(authDirectiveTransformer(buildASTSchema(document)))).toEqual(enforced);
  });

  it('does not change the document, which gql shares between equal texts', async () => {
    const before = JSON.stringify(query);
    const typeDefs = [authDirectiveTypeDefs, query];
    const guarded = authDirectiveTransformer(makeExecutableSchema({ typeDefs }));
    const open = makeExecutableSchema({ typeDefs });
    expect(JSON.stringify(query)).toBe(before);
    expect(await answers(guarded)).toEqual(enforced);
    const everything = [{ motd: 'hello', payroll: { total: 42 } }, undefined];
    const all = { anonymous: everything, hr: everything, admin: everything, both: everything };
    expect(await answers(open)).toEqual(all);
  });
});
