/** The people of the example's own user pool, with fixed passwords: it answers on loopback alone and ends with the server. */

export interface Person {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  /** Fixed, so that rows of the database can belong to a person. */
  readonly sub: string;
  readonly groups: readonly string[];
}

export const groups = ['admin', 'support'] as const;

export const people: readonly Person[] = [
  {
    username: 'anaya',
    password: 'anaya-Pass-1',
    email: 'anaya@example.com',
    sub: '11111111-1111-4111-8111-111111111111',
    groups: ['admin'],
  },
  {
    username: 'ben',
    password: 'ben-Pass-2',
    email: 'ben@example.com',
    sub: '22222222-2222-4222-8222-222222222222',
    groups: ['support'],
  },
  {
    username: 'chidi',
    password: 'chidi-Pass-3',
    email: 'chidi@example.com',
    sub: '33333333-3333-4333-8333-333333333333',
    groups: [],
  },
];
