-- beside its measurements a farm may show genotypes, or published breeding values with their evaluations: each by a consent
alter table farm.consent drop constraint consent_scope_check;
alter table farm.consent
  add constraint consent_scope_check check (scope in ('measurements', 'genotypes', 'breeding_values')),
  add constraint consent_days_check check (scope = 'measurements' or (from_on is null and to_on is null));

-- snapshots are of measurements: other consents say nothing of these
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
  where c.project_id = project and c.scope = 'measurements' and c.granted_at <= at and (c.withdrawn_at is null or c.withdrawn_at > at);
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
                  and o.occurred_on between coalesce(c.from_on, '-infinity') and coalesce(c.to_on, 'infinity'))
  order by o.farm_id, o.animal_id, o.trait, o.occurred_on, o.id
  limit most;
  perform set_config('app.farm_ids', before, true);
end $$;
-- the farms that show these projects something of a kind at this moment; genetics asks for the projects of its caller only
create function farm.consented_farms(projects uuid[], what text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce(array_agg(distinct farm_id), '{}') from farm.consent
  where project_id = any (projects) and scope = what and withdrawn_at is null
$$;
revoke execute on function farm.consented_farms(uuid[], text) from public;
grant execute on function farm.consented_farms(uuid[], text) to genetics_app;
