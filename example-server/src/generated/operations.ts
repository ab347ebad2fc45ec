/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type OrderStatus =
  | 'PLACED'
  | 'SHIPPED';

export type LedgerQueryVariables = Exact<{ [key: string]: never; }>;


export type LedgerQuery = { readonly ledger: ReadonlyArray<
    | { readonly id: string, readonly cents: number }
    | { readonly employee: string, readonly id: string, readonly cents: number }
   | null> | null };

export type PayrollQueryVariables = Exact<{ [key: string]: never; }>;


export type PayrollQuery = { readonly payroll: ReadonlyArray<{ readonly employee: string, readonly cents: number }> | null };

export type BankAccountQueryVariables = Exact<{ [key: string]: never; }>;


export type BankAccountQuery = { readonly bankAccount: string | null };

export type OrdersQueryVariables = Exact<{ [key: string]: never; }>;


export type OrdersQuery = { readonly orders: ReadonlyArray<{ readonly id: string, readonly customer: { readonly name: string } }> | null };

export type CreditLimitsQueryVariables = Exact<{ [key: string]: never; }>;


export type CreditLimitsQuery = { readonly orders: ReadonlyArray<{ readonly customer: { readonly name: string, readonly creditLimitCents: number | null } }> | null };

export type MyOrdersQueryVariables = Exact<{ [key: string]: never; }>;


export type MyOrdersQuery = { readonly myOrders: ReadonlyArray<{ readonly id: string, readonly status: OrderStatus }> | null };

export type ShipOrderMutationVariables = Exact<{ [key: string]: never; }>;


export type ShipOrderMutation = { readonly shipOrder: { readonly id: string, readonly status: OrderStatus } | null };

export type OrderShippedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type OrderShippedSubscription = { readonly orderShipped: { readonly id: string, readonly status: OrderStatus, readonly customer: { readonly name: string } } | null };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { readonly motd: string, readonly me: { readonly username: string, readonly email: string | null, readonly groups: ReadonlyArray<string> } | null };

export type MotdQueryVariables = Exact<{ [key: string]: never; }>;


export type MotdQuery = { readonly motd: string };
