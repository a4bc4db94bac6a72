-- up to which fact of each flock a run has read: a definition is behind where a flock has been told of later ones
alter table genetics.evaluation_run no force row level security;
alter table genetics.evaluation_run add column data_versions jsonb;
alter table genetics.evaluation_run force row level security;

-- when the definitions of a farm are looked through by the clock; what was missed is caught up once
create table genetics.schedule (
  farm_id uuid primary key,
  every text not null check (every in ('off', 'daily', 'weekly')),
  hour int2 not null check (hour between 0 and 23),
  weekday int2 check (weekday between 1 and 7),
  next_at timestamptz,
  last_at timestamptz,
  rev int4 not null default 1,
  changed_by uuid not null,
  changed_at timestamptz not null default clock_timestamp(),
  check ((every = 'off') = (next_at is null)),
  check ((every = 'weekly') = (weekday is not null))
);
create index schedule_next on genetics.schedule (next_at) where next_at is not null;
grant select, insert, update on genetics.schedule to genetics_app;
alter table genetics.schedule enable row level security;
alter table genetics.schedule force row level security;
create policy tenant on genetics.schedule to genetics_app using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.schedule as restrictive for insert to genetics_app
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on genetics.schedule as restrictive for update to genetics_app
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));

-- the clock asks for all farms which are due, and acts for each of them by itself
create policy clock on genetics.schedule to genetics_owner using (true);
create function genetics.schedules_due(at timestamptz, at_most int4) returns table (farm_id uuid)
language sql stable security definer set search_path = genetics, pg_catalog as $$
  select farm_id from schedule where next_at <= at order by next_at limit at_most
$$;
revoke execute on function genetics.schedules_due(timestamptz, int4) from public;
grant execute on function genetics.schedules_due(timestamptz, int4) to genetics_app;
