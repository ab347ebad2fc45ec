/** The resolvers. None of them checks the caller: the schema's rules do. */
import type { OrderRow } from './database/shop.js';
import type { Resolvers } from './generated/resolvers.js';

export const resolvers: Resolvers = {
  Query: {
    motd: () => 'Free shipping in November.',
    me: (_parent, _arguments, { auth }) => ({
      id: auth.sub,
      username: auth.username ?? auth.sub,
      // The rule asks for an ID token, so the generated type of `auth` has the claims of one.
      email: auth.claims.email ?? null,
      groups: auth.groups,
    }),
    orders: (_parent, _arguments, { shop }) => shop.orders(),
    myOrders: (_parent, _arguments, { shop }) => shop.ordersOfCaller(),
    ledger: async (_parent, _arguments, { shop }) => {
      const entries = (await Promise.all([shop.orders(), shop.payroll()])).flat();
      return entries.sort((a, b) => b.bookedOn.localeCompare(a.bookedOn));
    },
    payroll: (_parent, _arguments, { shop }) => shop.payroll(),
    bankAccount: () => 'DE02 1203 0000 0000 2020 51',
  },
  Mutation: {
    shipOrder: async (_parent, { id }, { shop, feed }) => {
      const order = await shop.shipOrder(id);
      if (order === undefined) return null;
      feed.publish(order);
      return order;
    },
  },
  Subscription: {
    orderShipped: {
      subscribe: (_parent, _arguments, { feed }) => feed.subscribe(),
      resolve: (order: OrderRow) => order,
    },
  },
  LedgerEntry: {
    __resolveType: (entry) => ('employee' in entry ? 'Payslip' : 'Order'),
  },
  Order: {
    customer: ({ customerId }, _arguments, { shop }) => shop.customer(customerId),
  },
  Customer: {
    orders: ({ id }, _arguments, { shop }) => shop.ordersOfCustomer(id),
  },
};
