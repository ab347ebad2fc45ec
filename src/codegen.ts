/** The public surface of `apollo-cognito-auth/codegen`: narrows the context of generated resolvers by `@auth`. */
import { buildASTSchema, isInterfaceType, isIntrospectionType, isObjectType } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { copySchema } from './directive/guard/copy-schema.js';
import { dryRunOf, guardOf, hasSettings, rulesOf } from './directive/guard/registry.js';
import { readDirectiveOptions } from './directive/options.js';
import type { AuthDirectiveOptions } from './directive/options.js';
import { assertGraphqlVersion, findForeignGraphql } from './directive/rules/own-graphql.js';
import { and } from './directive/rules/requirement.js';
import type { Requirement } from './directive/rules/requirement.js';
import { readRules } from './directive/rules/schema-rules.js';
import { AuthConfigurationError } from './errors.js';
import { print } from './settings.js';

export type { AuthDirectiveOptions } from './directive/options.js';
export { AuthConfigurationError } from './errors.js';

/**
 * What GraphQL Code Generator passes to a preset, as far as it is read here.
 *
 * @example
 * const buildGeneratesSection = (options: CodegenPresetOptions) => authSchemaPass().buildGeneratesSection(options);
 */
export interface CodegenPresetOptions {
  readonly baseOutputDir: string;
  readonly schema: DocumentNode;
  readonly schemaAst?: GraphQLSchema | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly plugins: readonly Readonly<Record<string, unknown>>[];
  readonly presetConfig: unknown;
}

/**
 * A schema whose fields say which context their resolvers get.
 *
 * @example
 * const { schema, directiveContextTypes }: MarkedSchema = authSchemaPass().transform(buildSchema(sdl));
 */
export interface MarkedSchema {
  /** A copy. A field with a rule has one more directive, which has the name of its context type, such as `@WithIdAuth`. */
  readonly schema: GraphQLSchema;
  /** For `directiveContextTypes` of `typescript-resolvers`: the types that the schema uses, and no others. */
  readonly directiveContextTypes: readonly string[];
}

/**
 * Narrows the context type of each generated resolver to what the field's rule guarantees.
 *
 * @example
 * const preset: AuthSchemaPass = authSchemaPass({ unannotated: 'authenticated' });
 */
export interface AuthSchemaPass {
  /**
   * Marks the fields of a schema, for a loader or beside another preset.
   *
   * @param schema Transformed by `authDirectiveTransformer` or not. A transformed one knows its own options.
   * @throws {AuthConfigurationError} when another copy or version of `graphql` made the schema.
   * @example
   * const { schema, directiveContextTypes } = authSchemaPass().transform(buildSchema(sdl));
   */
  transform(schema: GraphQLSchema): MarkedSchema;
  /**
   * The method of a preset that GraphQL Code Generator calls. It makes one output file from the marked schema, and adds to
   * `directiveContextTypes`.
   *
   * @throws {AuthConfigurationError} as `transform` does, and on a `presetConfig`, which this preset does not have.
   * @example
   * const [output] = authSchemaPass().buildGeneratesSection(options);
   */
  buildGeneratesSection<Options extends CodegenPresetOptions>(options: Options): (Options & { filename: string })[];
}

type ContextType = 'WithAuth' | 'WithIdAuth' | 'WithAccessAuth';

/**
 * Narrows the context type of generated resolvers by `@auth`, as a preset of GraphQL Code Generator around
 * `typescript-resolvers`. A field that asks for `tokenUse: ID` gets `WithIdAuth<Context>`, for `ACCESS`
 * `WithAccessAuth<Context>`, for anything else `WithAuth<Context>`. What counts is what guards have enforced before the
 * resolver runs: the rules of the field, of the same field on its interfaces, of the type that it returns, and of the type
 * that it is a field of. A rule of an argument narrows nothing, because a request can leave the argument out; in a dry run,
 * which denies nothing, no rule does.
 *
 * @param options Those of `authDirective()`, the same object. Default: `{}`.
 * @throws {AuthConfigurationError} on an unknown option or value.
 * @example
 * const config: CodegenConfig = {
 *   schema: [authDirective().authDirectiveTypeDefs, 'schema/*.graphql'],
 *   generates: {
 *     'src/generated/resolvers.ts': {
 *       preset: authSchemaPass(),
 *       plugins: ['typescript', 'typescript-resolvers'],
 *       config: { contextType: '../context.js#MyContext' },
 *     },
 *   },
 * };
 */
export function authSchemaPass(options: AuthDirectiveOptions = {}): AuthSchemaPass {
  const { name, publicName, unannotated, dialects, isReportOnly } = readDirectiveOptions(options);
  const settings = { names: new Set([name]), publicNames: new Set([publicName]), unannotated, dialects };

  function transform(schema: GraphQLSchema): MarkedSchema {
    assertGraphqlVersion('authSchemaPass()');
    const foreign = findForeignGraphql(schema);
    if (foreign !== undefined) throw new AuthConfigurationError(`authSchemaPass(): ${foreign}`);
    if (isReportOnly) return { schema, directiveContextTypes: [] };
    const rules = hasSettings(schema) ? rulesOf(schema) : readRules(schema, settings);
    const isPartlyDry = dryRunOf(schema) !== 'none';
    const copy = copySchema(schema);
    const used = new Set<ContextType>();
    for (const type of Object.values(schema.getTypeMap())) {
      if ((!isObjectType(type) && !isInterfaceType(type)) || isIntrospectionType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const isDry = guardOf(field)?.isReportOnly === true;
        // The rule of the type was decided where its value entered the response, by guards of other fields.
        const requirement = and(
          isDry ? undefined : rules.ofField(type, field),
          isPartlyDry ? undefined : rules.ofType(type),
        );
        if (requirement === undefined) continue;
        const contextType = contextTypeOf(requirement);
        used.add(contextType);
        mark(copy, type.name, field.name, contextType);
      }
    }
    return {
      schema: copy,
      directiveContextTypes: [...used].sort().map((each) => `${each}#apollo-cognito-auth#${each}`),
    };
  }

  return Object.freeze<AuthSchemaPass>({
    transform,
    buildGeneratesSection(given) {
      const { baseOutputDir, schema, schemaAst, config, plugins, presetConfig } = given;
      assertNoPresetConfig(presetConfig);
      const marked = transform(schemaAst ?? buildASTSchema(schema, { assumeValidSDL: true }));
      const addTo = (to: Readonly<Record<string, unknown>>) => addContextTypes(to, marked.directiveContextTypes);
      return [
        {
          ...given,
          filename: baseOutputDir,
          schemaAst: marked.schema,
          config: addTo(config),
          // A plugin's own list takes the place of the common one.
          plugins: plugins.map((plugin) =>
            Object.fromEntries(
              Object.entries(plugin).map(([name, own]) => [name, hasContextTypes(own) ? addTo(own) : own]),
            ),
          ),
        },
      ];
    },
  });
}

/** What is certain of a caller who meets the requirement. */
function contextTypeOf({ rule }: Requirement): ContextType {
  const tokenUses = new Set(rule.clauses.flatMap(({ tokenUse }) => tokenUse ?? []));
  // No caller meets a rule that asks for both.
  if (tokenUses.size !== 1) return 'WithAuth';
  return tokenUses.has('id') ? 'WithIdAuth' : 'WithAccessAuth';
}

/** In `extensions`, where tools look for the directives of fields with and without SDL. */
function mark(schema: GraphQLSchema, typeName: string, fieldName: string, contextType: ContextType): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) return;
  const directives = { ...(field.extensions['directives'] as object | undefined), [contextType]: {} };
  field.extensions = { ...field.extensions, directives };
}

function assertNoPresetConfig(presetConfig: unknown): void {
  if (Object.keys(presetConfig ?? {}).length === 0) return;
  throw new AuthConfigurationError(
    `Expected \`presetConfig\` beside authSchemaPass() to be left out, got ${print(presetConfig)}. Write the options of ` +
      'authDirective(): authSchemaPass({ … }).',
  );
}

function hasContextTypes(config: unknown): config is Readonly<Record<string, unknown>> {
  return typeof config === 'object' && config !== null && 'directiveContextTypes' in config;
}

function addContextTypes(
  config: Readonly<Record<string, unknown>>,
  contextTypes: readonly string[],
): Readonly<Record<string, unknown>> {
  const own = config['directiveContextTypes'];
  return { ...config, directiveContextTypes: [...(Array.isArray(own) ? (own as string[]) : []), ...contextTypes] };
}
