/** Code generation for the example server: resolver types from its schema, result types from its operations. */
import type { CodegenConfig } from '@graphql-codegen/cli';
// From its source: the types have to be there before the package can be built and checked.
import { authSchemaPass } from './src/codegen.js';
import { authDirective } from './src/index.js';

const { authDirectiveTypeDefs } = authDirective();

const config: CodegenConfig = {
  schema: [authDirectiveTypeDefs, 'example-server/schema/*.graphql'],
  documents: 'example-server/operations/*.ts',
  config: {
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
  },
  generates: {
    'example-server/src/generated/resolvers.ts': {
      // The resolver of a field with a rule sees a verified `auth`, of the kind of token that the rule asks for.
      preset: authSchemaPass(),
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: '../context.js#ExampleContext',
        mappers: {
          Order: '../database/shop.js#OrderRow',
          Customer: '../database/shop.js#CustomerRow',
          Payslip: '../database/shop.js#PayslipRow',
        },
      },
    },
    'example-server/src/generated/operations.ts': {
      plugins: ['typescript-operations'],
    },
  },
};

export default config;
