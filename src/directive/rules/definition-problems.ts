/** What is wrong with the definitions of a schema's directives. */
import { DirectiveLocation } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { differenceOf, isPublicDefinition } from './definition.js';
import type { SchemaRules } from './schema-rules.js';

interface Names {
  readonly name: string;
  readonly publicName: string;
}

export function findDefinitionProblems(
  schema: GraphQLSchema,
  rules: SchemaRules,
  { name, publicName }: Names,
): readonly string[] {
  const problems: string[] = [];
  const difference = differenceIn(schema, name);
  if (difference !== undefined) {
    problems.push(
      `@${name}: the schema's definition of this directive is not the one that is enforced here: it ${difference}. Use ` +
        "`authDirectiveTypeDefs`, or choose another name: authDirective({ name: 'requiresAuth' }).",
    );
  }
  const marksPublic = schema.getDirective(publicName);
  if (marksPublic && !isPublicDefinition(marksPublic)) {
    problems.push(
      `@${publicName}: the schema has another directive of this name. Use \`authDirectiveTypeDefs\`, or choose another ` +
        "name: authDirective({ publicName: 'isPublic' }).",
    );
  }
  return [...problems, ...directiveInputProblems(schema, rules, name)];
}

function differenceIn(schema: GraphQLSchema, name: string): string | undefined {
  const definition = schema.getDirective(name);
  return definition ? differenceOf(definition) : undefined;
}

// The arguments of a directive in a query are read by the directive's own library, where no guard stands.
function directiveInputProblems(schema: GraphQLSchema, rules: SchemaRules, name: string): readonly string[] {
  const executable: readonly string[] = [
    DirectiveLocation.QUERY,
    DirectiveLocation.MUTATION,
    DirectiveLocation.SUBSCRIPTION,
    DirectiveLocation.FIELD,
    DirectiveLocation.FRAGMENT_DEFINITION,
    DirectiveLocation.FRAGMENT_SPREAD,
    DirectiveLocation.INLINE_FRAGMENT,
    DirectiveLocation.VARIABLE_DEFINITION,
  ];
  return schema
    .getDirectives()
    .filter(({ locations }) => locations.some((location) => executable.includes(location)))
    .flatMap((directive) =>
      directive.args
        .filter(({ type }) => rules.isRuledInput(type))
        .map(
          (arg) =>
            `@${directive.name}(${arg.name}:): a request may give this argument a value that has @${name}, and nothing ` +
            'can enforce it there. Use a type without a rule.',
        ),
    );
}
