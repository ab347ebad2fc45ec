/** What every resolver gets: the caller, and the shop's data that this caller may see. */
import type { AuthContext, AuthenticatedAuth } from 'apollo-cognito-auth';
import type { Shop } from './database/shop.js';
import type { OrderFeed } from './order-feed.js';

export interface ExampleContext extends AuthContext {
  readonly shop: Shop;
  readonly feed: OrderFeed;
}

/** The same context where `@auth` stands on the field: its resolver runs with a verified token only. `codegen.ts` asks for it. */
export type Authenticated<Context> = Omit<Context, 'auth'> & AuthContext<AuthenticatedAuth>;
