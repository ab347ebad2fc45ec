/** The shop's data as one caller may have it: made for each request, with that request's loaders. */
import { requireAuth } from 'apollo-cognito-auth';
import type { Auth } from 'apollo-cognito-auth';
import DataLoader from 'dataloader';
import type { Database } from './database.js';

export interface OrderRow {
  readonly id: string;
  readonly customerId: string;
  readonly bookedOn: string;
  readonly cents: number;
  readonly status: 'PLACED' | 'SHIPPED';
}

export interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly creditLimitCents: number;
}

export interface PayslipRow {
  readonly id: string;
  readonly employee: string;
  readonly bookedOn: string;
  readonly cents: number;
}

export interface Shop {
  orders(): Promise<readonly OrderRow[]>;
  ordersOfCaller(): Promise<readonly OrderRow[]>;
  ordersOfCustomer(customerId: string): Promise<readonly OrderRow[]>;
  customer(id: string): Promise<CustomerRow>;
  payroll(): Promise<readonly PayslipRow[]>;
  shipOrder(id: string): Promise<OrderRow | undefined>;
}

export interface ShopOptions {
  /**
   * Whether a row that was read is remembered for the rest of the request. Not for a subscription, which may live for
   * hours: there only what is asked at the same time is asked together. Default: true.
   */
  readonly cache?: boolean;
}

// A date as text: the drivers differ in what they make of one.
const ORDER = `id, customer_id as "customerId", booked_on::text as "bookedOn", cents, status`;
const PAYSLIP = `id, employee, booked_on::text as "bookedOn", cents`;
const NEWEST_FIRST = 'order by booked_on desc, id';

export function createShop(database: Database, auth: Auth, { cache = true }: ShopOptions = {}): Shop {
  const customers = new DataLoader<string, CustomerRow>(
    async (ids) => {
      const rows = await database.query<CustomerRow>(
        'select id, name, credit_limit_cents as "creditLimitCents" from shop.customers where id = any($1)',
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? new Error('There is no such customer.'));
    },
    { cache },
  );
  const ordersByCustomer = new DataLoader<string, readonly OrderRow[]>(
    async (ids) => {
      const rows = await database.query<OrderRow>(
        `select ${ORDER} from shop.orders where customer_id = any($1) ${NEWEST_FIRST}`,
        [ids],
      );
      const byCustomer = new Map<string, OrderRow[]>(ids.map((id) => [id, []]));
      for (const row of rows) byCustomer.get(row.customerId)?.push(row);
      return ids.map((id) => byCustomer.get(id) ?? []);
    },
    { cache },
  );

  return {
    orders: () => database.query<OrderRow>(`select ${ORDER} from shop.orders ${NEWEST_FIRST}`),

    ordersOfCaller: () => {
      // The row filter and the check are one: without a verified token there is no `sub` to ask the database for.
      const { sub } = requireAuth({ auth });
      return database.query<OrderRow>(
        `select ${ORDER} from shop.orders
         where customer_id in (select id from shop.customers where sub = $1) ${NEWEST_FIRST}`,
        [sub],
      );
    },

    ordersOfCustomer: (customerId) => ordersByCustomer.load(customerId),

    customer: (id) => customers.load(id),

    payroll: () => database.query<PayslipRow>(`select ${PAYSLIP} from shop.payroll ${NEWEST_FIRST}`),

    shipOrder: async (id) => {
      const [order] = await database.query<OrderRow>(
        `update shop.orders set status = 'SHIPPED' where id = $1 returning ${ORDER}`,
        [id],
      );
      return order;
    },
  };
}
