import type { GraphQLResolveInfo } from 'graphql';
import type { OrderRow, CustomerRow, PayslipRow } from '../database/shop.js';
import type { ExampleContext } from '../context.js';
import type { WithAccessAuth, WithAuth, WithIdAuth } from 'apollo-cognito-auth';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
};

/** The kind of Cognito token that a rule asks for. */
export type AuthTokenUse =
  | 'ACCESS'
  | 'ID';

export type Customer = {
  readonly __typename?: 'Customer';
  /** A rule on one field of an open type. */
  readonly creditLimitCents?: Maybe<Scalars['Int']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** Newest first. */
  readonly orders: ReadonlyArray<Order>;
};

export type LedgerEntry = {
  /** ISO 8601, such as 2026-11-20. */
  readonly bookedOn: Scalars['String']['output'];
  /** Euro cents; money out is negative. */
  readonly cents: Scalars['Int']['output'];
  readonly id: Scalars['ID']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Marks an order as shipped; shipping it again changes nothing. Null when there is no such order. */
  readonly shipOrder?: Maybe<Order>;
};


export type MutationShipOrderArgs = {
  id: Scalars['ID']['input'];
};

export type Order = LedgerEntry & {
  readonly __typename?: 'Order';
  readonly bookedOn: Scalars['String']['output'];
  readonly cents: Scalars['Int']['output'];
  readonly customer: Customer;
  readonly id: Scalars['ID']['output'];
  readonly status: OrderStatus;
};

export type OrderStatus =
  | 'PLACED'
  | 'SHIPPED';

/** A rule on a type holds wherever one of its values would enter an answer. */
export type Payslip = LedgerEntry & {
  readonly __typename?: 'Payslip';
  readonly bookedOn: Scalars['String']['output'];
  readonly cents: Scalars['Int']['output'];
  readonly employee: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
};

export type Person = {
  readonly __typename?: 'Person';
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly groups: ReadonlyArray<Scalars['String']['output']>;
  /** The `sub` claim. */
  readonly id: Scalars['ID']['output'];
  readonly username: Scalars['String']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** Where the money goes. A token is good for an hour, but this asks for a sign-in of the last minute. */
  readonly bankAccount?: Maybe<Scalars['String']['output']>;
  /** Money in and out, newest first. For support, the payslips among the entries are null, each with an error at its place. */
  readonly ledger?: Maybe<ReadonlyArray<Maybe<LedgerEntry>>>;
  /** Who is signed in. The e-mail address is in the ID token alone, so this field asks for one. */
  readonly me?: Maybe<Person>;
  /** Message of the day. Public: no rule, no token. */
  readonly motd: Scalars['String']['output'];
  /** The caller's own orders, newest first. Any signed-in caller can read them, with either kind of token. */
  readonly myOrders?: Maybe<ReadonlyArray<Order>>;
  /** All orders, newest first. */
  readonly orders?: Maybe<ReadonlyArray<Order>>;
  /** This field has no rule of its own: the rule on `Payslip` closes it. */
  readonly payroll?: Maybe<ReadonlyArray<Payslip>>;
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** Each order that is shipped from now on. */
  readonly orderShipped?: Maybe<Order>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  LedgerEntry:
    | ( OrderRow )
    | ( PayslipRow )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AuthTokenUse: AuthTokenUse;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Customer: ResolverTypeWrapper<CustomerRow>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  LedgerEntry: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['LedgerEntry']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Order: ResolverTypeWrapper<OrderRow>;
  OrderStatus: OrderStatus;
  Payslip: ResolverTypeWrapper<PayslipRow>;
  Person: ResolverTypeWrapper<Person>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Scalars['Boolean']['output'];
  Customer: CustomerRow;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  LedgerEntry: ResolversInterfaceTypes<ResolversParentTypes>['LedgerEntry'];
  Mutation: Record<PropertyKey, never>;
  Order: OrderRow;
  Payslip: PayslipRow;
  Person: Person;
  Query: Record<PropertyKey, never>;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
};

export type AuthDirectiveArgs = {
  acr?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  groups?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  maxAge?: Maybe<Scalars['Int']['input']>;
  policies?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  pools?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  scopes?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  tokenUse?: Maybe<AuthTokenUse>;
};

export type AuthDirectiveResolver<Result, Parent, ContextType = ExampleContext, Args = AuthDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PublicDirectiveArgs = { };

export type PublicDirectiveResolver<Result, Parent, ContextType = ExampleContext, Args = PublicDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CustomerResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Customer'] = ResolversParentTypes['Customer']> = {
  creditLimitCents?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, WithAuth<ContextType>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  orders?: Resolver<ReadonlyArray<ResolversTypes['Order']>, ParentType, ContextType>;
};

export type LedgerEntryResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['LedgerEntry'] = ResolversParentTypes['LedgerEntry']> = {
  __resolveType: TypeResolveFn<'Order' | 'Payslip', ParentType, ContextType>;
};

export type MutationResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  shipOrder?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, WithAccessAuth<ContextType>, RequireFields<MutationShipOrderArgs, 'id'>>;
};

export type OrderResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Order'] = ResolversParentTypes['Order']> = {
  bookedOn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cents?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  customer?: Resolver<ResolversTypes['Customer'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PayslipResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Payslip'] = ResolversParentTypes['Payslip']> = {
  bookedOn?: Resolver<ResolversTypes['String'], ParentType, WithAuth<ContextType>>;
  cents?: Resolver<ResolversTypes['Int'], ParentType, WithAuth<ContextType>>;
  employee?: Resolver<ResolversTypes['String'], ParentType, WithAuth<ContextType>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, WithAuth<ContextType>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PersonResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Person'] = ResolversParentTypes['Person']> = {
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  username?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  bankAccount?: Resolver<Maybe<ResolversTypes['String']>, ParentType, WithAccessAuth<ContextType>>;
  ledger?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['LedgerEntry']>>>, ParentType, WithAccessAuth<ContextType>>;
  me?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, WithIdAuth<ContextType>>;
  motd?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  myOrders?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Order']>>, ParentType, WithAuth<ContextType>>;
  orders?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Order']>>, ParentType, WithAccessAuth<ContextType>>;
  payroll?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Payslip']>>, ParentType, WithAuth<ContextType>>;
};

export type SubscriptionResolvers<ContextType = ExampleContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  orderShipped?: SubscriptionResolver<Maybe<ResolversTypes['Order']>, "orderShipped", ParentType, WithAccessAuth<ContextType>>;
};

export type Resolvers<ContextType = ExampleContext> = {
  Customer?: CustomerResolvers<ContextType>;
  LedgerEntry?: LedgerEntryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Order?: OrderResolvers<ContextType>;
  Payslip?: PayslipResolvers<ContextType>;
  Person?: PersonResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = ExampleContext> = {
  auth?: AuthDirectiveResolver<any, any, ContextType>;
  public?: PublicDirectiveResolver<any, any, ContextType>;
};
