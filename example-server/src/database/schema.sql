create schema if not exists shop;

create table if not exists shop.customers (
  id text primary key,
  name text not null,
  credit_limit_cents integer not null,
  -- The `sub` claim of the person who is this customer, for those who can sign in.
  sub text unique
);

create table if not exists shop.orders (
  id text primary key,
  customer_id text not null references shop.customers (id),
  booked_on date not null,
  cents integer not null,
  status text not null default 'PLACED' check (status in ('PLACED', 'SHIPPED'))
);

create index if not exists orders_by_customer on shop.orders (customer_id);

create table if not exists shop.payroll (
  id text primary key,
  employee text not null,
  booked_on date not null,
  cents integer not null
);
