-- what authorities call a farm: other systems ask for its data by these. Two farms may name the same property, and
-- which farms those are is told to nobody
create table farm.location (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  scheme text not null check (length(scheme) between 3 and 100),
  value text not null check (length(value) between 1 and 100),
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, scheme, value)
);
create index location_value on farm.location (scheme, value);

alter table farm.location enable row level security;
alter table farm.location force row level security;
create policy tenant on farm.location using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.location as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.location as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.location to farm_app;
