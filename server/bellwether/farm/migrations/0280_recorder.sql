-- who comes to record one kind of thing in one flock for a while (a vet, a scanner, a contractor) is no member: such a
-- person sees nothing of the farm, and what they send goes through one door that asks this table
create table farm.recorder (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  user_id uuid not null,
  flock_id uuid not null,
  kinds text[] not null check (cardinality(kinds) between 1 and 20),
  granted_by uuid not null,
  granted_at timestamptz not null default clock_timestamp(),
  ends_at timestamptz not null,
  unique (farm_id, user_id, flock_id),
  foreign key (farm_id, flock_id) references farm.flock (farm_id, id)
);
create index recorder_user on farm.recorder (user_id);

alter table farm.recorder enable row level security;
alter table farm.recorder force row level security;
create policy owners on farm.recorder to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy mine on farm.recorder for select to farm_app
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert, update, delete on farm.recorder to farm_app;
