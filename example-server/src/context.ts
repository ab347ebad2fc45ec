/** What every resolver gets: the caller, and the shop's data that this caller may see. */
import type { AuthContext } from 'apollo-cognito-auth';
import type { Shop } from './database/shop.js';
import type { OrderFeed } from './order-feed.js';

export interface ExampleContext extends AuthContext {
  readonly shop: Shop;
  readonly feed: OrderFeed;
}
