-- what a farm lets a research project see, from one day to another, until it says otherwise
create table farm.consent (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  project_id uuid not null,
  scope text not null check (scope in ('measurements')),
  from_on date,
  to_on date check (to_on >= from_on),
  granted_by uuid not null,
  granted_at timestamptz not null default clock_timestamp(),
  withdrawn_by uuid,
  withdrawn_at timestamptz
);
create index consent_farm on farm.consent (farm_id, id);
create index consent_project on farm.consent (project_id);
alter table farm.consent enable row level security;
alter table farm.consent force row level security;
create policy tenant on farm.consent for select to farm_app using (farm_id = any ((select farm.my_farms())::uuid[]));
create policy owner_adds on farm.consent for insert to farm_app
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owner_changes on farm.consent for update to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy functions on farm.consent for select to farm_owner using (true);
grant select, insert, update on farm.consent to farm_app;

-- what measurements and animals were before they were changed or taken away: a question about an earlier moment is
-- answered as it would have been then. The first version of a row begins when it was made, so new rows cost nothing
create table farm.observation_past (
  farm_id uuid not null, id uuid not null, animal_id uuid not null, trait text not null, value float8 not null,
  unit text not null, occurred_on date not null, age_days int4, contemporary_group text, state text not null,
  since timestamptz not null, until timestamptz not null,
  primary key (farm_id, id, until)
);
create table farm.animal_past (
  farm_id uuid not null, id uuid not null, sex text not null, birth_date date,
  since timestamptz not null, until timestamptz not null,
  primary key (farm_id, id, until)
);
do $$
declare name text;
begin
  foreach name in array array['observation_past', 'animal_past'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('grant select, insert on farm.%I to farm_app', name);
  end loop;
end $$;

create function farm.keep_past_observations() returns trigger language plpgsql as $$
begin
  insert into farm.observation_past
  select o.farm_id, o.id, o.animal_id, o.trait, o.value, o.unit, o.occurred_on, o.age_days, o.contemporary_group, o.state,
    coalesce((select max(p.until) from farm.observation_past p where p.farm_id = o.farm_id and p.id = o.id), o.created_at),
    clock_timestamp()
  from before_rows o join after_rows n on n.id = o.id
  where (o.animal_id, o.trait, o.value, o.unit, o.occurred_on, o.age_days, o.contemporary_group, o.state)
    is distinct from (n.animal_id, n.trait, n.value, n.unit, n.occurred_on, n.age_days, n.contemporary_group, n.state);
  return null;
end $$;
create function farm.keep_gone_observations() returns trigger language plpgsql as $$
begin
  insert into farm.observation_past
  select o.farm_id, o.id, o.animal_id, o.trait, o.value, o.unit, o.occurred_on, o.age_days, o.contemporary_group, o.state,
    coalesce((select max(p.until) from farm.observation_past p where p.farm_id = o.farm_id and p.id = o.id), o.created_at),
    clock_timestamp()
  from before_rows o;
  return null;
end $$;
create function farm.keep_past_animals() returns trigger language plpgsql as $$
begin
  insert into farm.animal_past
  select o.farm_id, o.id, o.sex, o.birth_date,
    coalesce((select max(p.until) from farm.animal_past p where p.farm_id = o.farm_id and p.id = o.id), o.created_at),
    clock_timestamp()
  from before_rows o join after_rows n on n.id = o.id
  where (o.sex, o.birth_date) is distinct from (n.sex, n.birth_date);
  return null;
end $$;
create function farm.keep_gone_animals() returns trigger language plpgsql as $$
begin
  insert into farm.animal_past
  select o.farm_id, o.id, o.sex, o.birth_date,
    coalesce((select max(p.until) from farm.animal_past p where p.farm_id = o.farm_id and p.id = o.id), o.created_at),
    clock_timestamp()
  from before_rows o;
  return null;
end $$;
create trigger past_kept after update on farm.observation referencing old table as before_rows new table as after_rows
  for each statement execute function farm.keep_past_observations();
create trigger gone_kept after delete on farm.observation referencing old table as before_rows
  for each statement execute function farm.keep_gone_observations();
create trigger past_kept after update on farm.animal referencing old table as before_rows new table as after_rows
  for each statement execute function farm.keep_past_animals();
create trigger gone_kept after delete on farm.animal referencing old table as before_rows
  for each statement execute function farm.keep_gone_animals();

-- the moment of a snapshot: nobody writes on a farm that has consented, and all that was written before is committed
create function farm.hold_for_snapshot(project uuid) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  -- the lock of one_writer, farm by farm in one order
  perform pg_advisory_xact_lock(hashtextextended(f::text, 11))
  from (select distinct farm_id as f from farm.consent
        where project_id = project and withdrawn_at is null order by 1) farms;
  return clock_timestamp();
end $$;

-- measurements of the farms that had consented at a moment, as they were then
create function farm.consented_measurements(project uuid, at timestamptz, traits text[], first date, last date, most int)
returns table (farm_id uuid, animal_id uuid, sex text, birth_date date, trait text, value float8, unit text,
               occurred_on date, age_days int4, contemporary_group text)
language plpgsql security definer set search_path = pg_catalog, farm as $$
#variable_conflict use_column
declare
  before text := coalesce(current_setting('app.farm_ids', true), '');
  farms uuid[];
begin
  select coalesce(array_agg(distinct c.farm_id), '{}') into farms from farm.consent c
  where c.project_id = project and c.granted_at <= at and (c.withdrawn_at is null or c.withdrawn_at > at);
  perform set_config('app.farm_ids', array_to_string(farms, ','), true);
  return query
  with counted as (
    select o.farm_id, o.id, o.animal_id, o.trait, o.value, o.unit, o.occurred_on, o.age_days, o.contemporary_group
    from farm.observation o
    where o.farm_id = any (farms) and o.trait = any (traits) and o.state = 'active' and o.created_at <= at
      and not exists (select from farm.observation_past p
                      where p.farm_id = o.farm_id and p.id = o.id and p.until > at)
    union all
    select p.farm_id, p.id, p.animal_id, p.trait, p.value, p.unit, p.occurred_on, p.age_days, p.contemporary_group
    from farm.observation_past p
    where p.farm_id = any (farms) and p.trait = any (traits) and p.state = 'active' and p.since <= at and p.until > at
  ), animals as (
    select a.farm_id, a.id, a.sex, a.birth_date from farm.animal a
    where a.farm_id = any (farms)
      and not exists (select from farm.animal_past p where p.farm_id = a.farm_id and p.id = a.id and p.until > at)
    union all
    select p.farm_id, p.id, p.sex, p.birth_date from farm.animal_past p
    where p.farm_id = any (farms) and p.since <= at and p.until > at
  )
  select o.farm_id, o.animal_id, a.sex, a.birth_date, o.trait, o.value, o.unit, o.occurred_on, o.age_days,
    o.contemporary_group
  from counted o left join animals a on a.farm_id = o.farm_id and a.id = o.animal_id
  where o.occurred_on between coalesce(first, '-infinity') and coalesce(last, 'infinity')
    and exists (select from farm.consent c
                where c.project_id = project and c.farm_id = o.farm_id and c.granted_at <= at
                  and (c.withdrawn_at is null or c.withdrawn_at > at)
                  and o.occurred_on between coalesce(c.from_on, '-infinity') and coalesce(c.to_on, 'infinity'))
  order by o.farm_id, o.animal_id, o.trait, o.occurred_on, o.id
  limit most;
  perform set_config('app.farm_ids', before, true);
end $$;
revoke execute on function farm.hold_for_snapshot(uuid),
  farm.consented_measurements(uuid, timestamptz, text[], date, date, int) from public;
-- research asks for projects of its caller only: its own tables say which those are
grant execute on function farm.hold_for_snapshot(uuid),
  farm.consented_measurements(uuid, timestamptz, text[], date, date, int) to research_app;
