-- what a head of a class is worth from a day on, as an owner says it; margins may count the stock that is still there
create table farm.stock_value (
  farm_id uuid not null references farm.farm,
  stock_class text not null check (stock_class ~ '^[a-z][a-z0-9_]{0,39}$'),
  since date not null,
  amount float8 not null check (amount >= 0 and amount < 1e9),
  primary key (farm_id, stock_class, since)
);
alter table farm.stock_value enable row level security;
alter table farm.stock_value force row level security;
create policy tenant on farm.stock_value using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.stock_value as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.stock_value as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy owners_alone on farm.stock_value as restrictive
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, insert, delete on farm.stock_value to farm_app;
