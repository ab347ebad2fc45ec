/** The operations of the demo, by the name under which `demo/expected/` has their responses. */
import type { DocumentNode } from 'graphql';
import { bankAccount, ledger, payroll } from './ledger.js';
import { creditLimits, myOrders, orders, orderShipped, shipOrder } from './orders.js';
import { me } from './people.js';
import { motd } from './root.js';

export const operations: Readonly<Record<string, DocumentNode>> = {
  'bank-account': bankAccount,
  'credit-limits': creditLimits,
  ledger,
  me,
  motd,
  'my-orders': myOrders,
  'order-shipped': orderShipped,
  orders,
  payroll,
  'ship-order': shipOrder,
};
