-- what persons let research see of all that they have consented to for farms: told by the profiles service with a
-- version, whole, so that the newest stands in whatever order it is told
create table farm.person_sharing (
  user_id uuid primary key,
  version bigint not null check (version > 0),
  withdrawn text[] not null check (withdrawn <@ array['measurements', 'genotypes', 'breeding_values'])
);
-- from when to when it was held back: a question about an earlier moment is answered as it would have been then
create table farm.sharing_held_back (
  user_id uuid not null,
  scope text not null,
  since timestamptz not null,
  until timestamptz,
  primary key (user_id, scope, since)
);
create unique index sharing_held_back_now on farm.sharing_held_back (user_id, scope) where until is null;

create function farm.is_held_back(person uuid, what text, at timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog, farm as $$
  select exists (select from farm.sharing_held_back h
                 where h.user_id = person and h.scope = what and h.since <= at and (h.until is null or h.until > at))
$$;

-- false when a newer version stands already
create function farm.set_sharing(person uuid, told bigint, scopes text[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  insert into farm.person_sharing as s values (person, told, scopes)
  on conflict (user_id) do update set version = told, withdrawn = scopes where s.version < told;
  if not found then return false; end if;
  -- a snapshot that is being taken is taken before, or without these farms: the lock of one_writer, in one order
  perform pg_advisory_xact_lock(hashtextextended(f::text, 11))
  from (select distinct farm_id as f from farm.consent where granted_by = person and withdrawn_at is null order by 1) farms;
  update farm.sharing_held_back set until = clock_timestamp()
  where user_id = person and until is null and scope <> all (scopes);
  insert into farm.sharing_held_back select person, scope, clock_timestamp(), null from unnest(scopes) scope
  on conflict (user_id, scope) where until is null do nothing;
  return true;
end $$;

create or replace function farm.hold_for_snapshot(project uuid) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  -- the lock of one_writer, farm by farm in one order
  perform pg_advisory_xact_lock(hashtextextended(f::text, 11))
  from (select distinct farm_id as f from farm.consent
        where project_id = project and scope = 'measurements' and withdrawn_at is null order by 1) farms;
  return clock_timestamp();
end $$;

-- measurements of the farms that had consented at a moment, as they were then
create or replace function farm.consented_measurements(project uuid, at timestamptz, traits text[], first date, last date, most int)
returns table (farm_id uuid, animal_id uuid, sex text, birth_date date, trait text, value float8, unit text,
               occurred_on date, age_days int4, contemporary_group text)
language plpgsql security definer set search_path = pg_catalog, farm as $$
#variable_conflict use_column
declare
  before text := coalesce(current_setting('app.farm_ids', true), '');
  farms uuid[];
begin
  select coalesce(array_agg(distinct c.farm_id), '{}') into farms from farm.consent c
  where c.project_id = project and c.scope = 'measurements' and c.granted_at <= at and (c.withdrawn_at is null or c.withdrawn_at > at)
    and not farm.is_held_back(c.granted_by, c.scope, at);
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
                where c.project_id = project and c.scope = 'measurements' and c.farm_id = o.farm_id
                  and c.granted_at <= at
                  and (c.withdrawn_at is null or c.withdrawn_at > at)
                  and not farm.is_held_back(c.granted_by, c.scope, at)
                  and o.occurred_on between coalesce(c.from_on, '-infinity') and coalesce(c.to_on, 'infinity'))
  order by o.farm_id, o.animal_id, o.trait, o.occurred_on, o.id
  limit most;
  perform set_config('app.farm_ids', before, true);
end $$;
create or replace function farm.consented_farms(projects uuid[], what text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce(array_agg(distinct farm_id), '{}') from farm.consent
  where project_id = any (projects) and scope = what and withdrawn_at is null
    and not farm.is_held_back(granted_by, scope, clock_timestamp())
$$;

-- a person is gone: memberships end, what they alone used goes, an address becomes nobody's. What they recorded is the
-- farm's and stays under an id that leads to nobody; what they had withdrawn stays withdrawn. Again changes nothing
-- the policies open nothing but that person's rows, and only while they are being erased: views run as this owner too
create function farm.erased_person() returns uuid language sql stable set search_path = pg_catalog as
$$ select nullif(current_setting('app.erased_person', true), '')::uuid $$;
create function farm.left_farms() returns uuid[] language sql stable set search_path = pg_catalog as
$$ select string_to_array(nullif(current_setting('app.left_farms', true), ''), ',')::uuid[] $$;
do $$
declare name text;
begin
  foreach name in array array['membership', 'organisation_member', 'recorder', 'kept_search', 'calendar_feed', 'device'] loop
    execute format('create policy erasing on farm.%I to farm_owner using (user_id = (select farm.erased_person()))', name);
  end loop;
end $$;
create policy erasing on farm.consent for update to farm_owner using (granted_by = (select farm.erased_person()));
create policy erasing on farm.farm to farm_owner using (id = any ((select farm.left_farms())::uuid[]));

create function farm.erase_person(person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, farm as $$
declare farms uuid[];
begin
  perform set_config('app.erased_person', person::text, true);
  update farm.consent c set withdrawn_at = clock_timestamp(), withdrawn_by = person
  where c.granted_by = person and c.withdrawn_at is null and farm.is_held_back(person, c.scope, clock_timestamp());
  delete from farm.recorder where user_id = person;
  delete from farm.kept_search where user_id = person;
  delete from farm.calendar_feed where user_id = person;
  delete from farm.device where user_id = person;
  delete from farm.organisation_member where user_id = person;
  update farm.invitation set email = person || '@erased.invalid' where accepted_by = person;
  with gone as (delete from farm.membership where user_id = person returning farm_id)
  select coalesce(array_agg(farm_id), '{}') into farms from gone;
  -- a farm that nobody is left on may have been called by the person's name
  select coalesce(array_agg(f), '{}') into farms from unnest(farms) f
  where not exists (select from farm.farm_member m where m.farm_id = f and m.left_at is null and m.user_id <> person);
  perform set_config('app.left_farms', array_to_string(farms, ','), true);
  update farm.farm set name = 'A farm that nobody is left on' where id = any (farms);
  perform set_config('app.left_farms', '', true);
  perform set_config('app.erased_person', '', true);
end $$;
revoke execute on function farm.is_held_back(uuid, text, timestamptz), farm.set_sharing(uuid, bigint, text[]),
  farm.erase_person(uuid) from public;
grant execute on function farm.set_sharing(uuid, bigint, text[]), farm.erase_person(uuid) to farm_app;
