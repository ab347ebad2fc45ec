-- Twice is as good as once: a second start on a lasting database finds its rows there.
insert into shop.customers (id, name, credit_limit_cents, sub) values
  ('customer-1', 'Northwind Traders', 500000, null),
  ('customer-2', 'Blue Door Bakery', 80000, null),
  ('customer-3', 'Chidi', 20000, '33333333-3333-4333-8333-333333333333')
on conflict do nothing;

insert into shop.orders (id, customer_id, booked_on, cents) values
  ('order-1', 'customer-1', '2026-11-02', 129900),
  ('order-2', 'customer-3', '2026-11-04', 4550),
  ('order-3', 'customer-2', '2026-11-09', 31000),
  ('order-4', 'customer-1', '2026-11-12', 98000),
  ('order-5', 'customer-3', '2026-11-16', 1990),
  ('order-6', 'customer-2', '2026-11-18', 27500)
on conflict do nothing;

insert into shop.payroll (id, employee, booked_on, cents) values
  ('payslip-1', 'Anaya', '2026-10-31', -420000),
  ('payslip-2', 'Ben', '2026-10-31', -310000)
on conflict do nothing;
