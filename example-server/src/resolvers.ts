/** The resolvers. None of them decides who may call it: the schema has said so. */
import { requireAuth } from 'apollo-cognito-auth';
import type { OrderRow } from './database/shop.js';
import type { Resolvers } from './generated/resolvers.js';

export const resolvers: Resolvers = {
  Query: {
    motd: () => 'Free shipping in November.',
    me: (_parent, _arguments, context) => {
      // The schema has asked for an ID token already; asked again, `requireAuth` gives the claims of one.
      const { sub, groups, claims } = requireAuth(context, { tokenUse: 'id' });
      return { id: sub, username: claims['cognito:username'], email: claims.email ?? null, groups };
    },
    orders: (_parent, _arguments, { shop }) => shop.orders(),
    myOrders: (_parent, _arguments, { shop }) => shop.ordersOfCaller(),
    ledger: async (_parent, _arguments, { shop }) => {
      const entries = (await Promise.all([shop.orders(), shop.payroll()])).flat();
      return entries.sort((a, b) => b.bookedOn.localeCompare(a.bookedOn));
    },
    payroll: (_parent, _arguments, { shop }) => shop.payroll(),
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
