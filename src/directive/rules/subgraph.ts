/**
 * Tells a federated subgraph by what it adds to its schema for a gateway (federation's subgraph specification). A schema may
 * have fields of the same names and another meaning: only exactly these types count.
 */
import { getNamedType, isObjectType, isScalarType, isUnionType } from 'graphql';
import type { GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema } from 'graphql';

type Field = GraphQLField<unknown, unknown>;
type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

const SERVICE = '_service';
const ENTITIES = '_entities';

/** Which fields a gateway needs to start, and to follow references. */
export interface Subgraph {
  /** `_service` or its `sdl`. */
  readonly isOfService: (parent: FieldsType, field: Field) => boolean;
  /** `_entities`. */
  readonly isEntities: (parent: FieldsType, field: Field) => boolean;
  /** `_Service.sdl`. */
  readonly sdl: Field;
}

/** Undefined for a schema that is no subgraph. By name, because a guarded field is another object than the one before. */
export function findSubgraph(schema: GraphQLSchema): Subgraph | undefined {
  const query = schema.getQueryType();
  const service = query?.getFields()[SERVICE];
  const sdl = service && sdlOf(service);
  if (!query || !sdl) return undefined;
  const serviceType = getNamedType(service.type);
  const entities = query.getFields()[ENTITIES];
  const hasEntities = entities !== undefined && isEntitiesField(entities);
  return {
    isOfService: (parent, { name }) => (parent === query && name === SERVICE) || parent === serviceType,
    isEntities: (parent, { name }) => hasEntities && parent === query && name === ENTITIES,
    sdl,
  };
}

/** Of `_service: _Service!` with `type _Service { sdl: String }`; the specification writes `String!`. */
function sdlOf({ type, args }: Field): Field | undefined {
  const named = getNamedType(type);
  if (String(type) !== '_Service!' || args.length > 0 || !isObjectType(named)) return undefined;
  const { sdl, ...others } = named.getFields();
  if (Object.keys(others).length > 0 || named.getInterfaces().length > 0 || sdl?.args.length !== 0) return undefined;
  return ['String', 'String!'].includes(String(sdl.type)) ? sdl : undefined;
}

/** `_entities(representations: [_Any!]!): [_Entity]!` with `scalar _Any` and `union _Entity`. */
function isEntitiesField({ type, args }: Field): boolean {
  const [representations, ...others] = args;
  return (
    String(type) === '[_Entity]!' &&
    isUnionType(getNamedType(type)) &&
    representations?.name === 'representations' &&
    others.length === 0 &&
    String(representations.type) === '[_Any!]!' &&
    isScalarType(getNamedType(representations.type))
  );
}
