-- phones and tablets of the people of a farm: how far each has read, and how much it has not sent
create table farm.device (
  farm_id uuid not null references farm.farm,
  id uuid not null,
  user_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  unsent int4 not null default 0 check (unsent >= 0),
  rev bigint check (rev >= 0),
  reported_at timestamptz not null default clock_timestamp(),
  signed_out_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, id)
);
create index device_user on farm.device (farm_id, user_id);

alter table farm.device enable row level security;
alter table farm.device force row level security;
-- whoever does not belong to the farm any more still sees that a device of theirs has to be cleared
create policy tenant on farm.device
  using (farm_id = any ((select farm.my_farms())::uuid[]) or user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy own_adds on farm.device as restrictive for insert
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own_changes on farm.device as restrictive for update
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert, update on farm.device to farm_app;
