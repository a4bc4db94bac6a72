-- animals are compared that had the same chance up to the day: their key has every subgroup that was recorded up to its
-- stage, of earlier stages too (2 groups at weaning and 3 as yearlings are 6). At any age ('-') no stage is earlier
create function farm.contemporary_group(
  flock_code text, drop_year int2, stage text, birth_group text, is_embryo_transfer boolean, recorded_group text,
  is_wether boolean, before text
) returns text language sql stable as $$
  select case when drop_year is not null then
    concat_ws('/', flock_code, drop_year::text, stage, 'b' || coalesce(nullif(birth_group, ''), '0'),
              case when is_embryo_transfer then 'et' end,
              case when is_wether and stage <> 'B' then 'w' end,
              before,
              case when stage <> 'B' then 'g' || coalesce(nullif(recorded_group, ''), '0') end) end
$$;
create index observation_subgroup on farm.observation (farm_id, animal_id, stage, recorded_group)
  where state = 'active' and recorded_group <> '' and stage in ('B', 'W', 'P', 'Y', 'H');

-- W1/P2: the subgroups of an animal before a stage
create function farm.groups_before(farm uuid, animal uuid, at_stage text) returns text language sql stable as $$
  select string_agg(g.stage || g.recorded_group, '/' order by strpos('BWPYH', g.stage), g.recorded_group)
  from (select distinct o.stage, o.recorded_group from farm.observation o
        where o.farm_id = farm and o.animal_id = animal and o.state = 'active' and o.recorded_group <> ''
          and o.stage in ('B', 'W', 'P', 'Y', 'H') and strpos('BWPYH', o.stage) < strpos('BWPYHA', at_stage)) g
$$;
create function farm.regroup(farm uuid, animals uuid[]) returns void language sql as $$
  update farm.observation o set contemporary_group = k.name
  from (
    select x.id, farm.contemporary_group(f.code, a.drop_year, x.stage, a.birth_group, a.is_embryo_transfer,
      x.recorded_group, a.sex = 'male' and a.fertility = 'neutered', farm.groups_before(farm, a.id, x.stage)) as name
    from farm.animal a join farm.observation x on x.farm_id = farm and x.animal_id = a.id and x.state = 'active'
    join farm.flock f on f.farm_id = farm and f.id = x.flock_id
    where a.farm_id = farm and a.id = any(animals)
  ) k
  where o.farm_id = farm and o.id = k.id and o.contemporary_group is distinct from k.name
$$;

-- a statement is of one farm; most farms record no subgroups, and then nothing is looked at
create function farm.groups_of_added() returns trigger language plpgsql as $$
declare
  farm uuid := (select farm_id from written limit 1);
  animals uuid[];
begin
  if exists (select from farm.observation o where o.farm_id = farm and o.state = 'active' and o.recorded_group <> ''
             and o.stage in ('B', 'W', 'P', 'Y', 'H')) then
    select array_agg(distinct w.animal_id) into animals from written w
    where exists (select from farm.observation g where g.farm_id = farm and g.animal_id = w.animal_id
                    and g.state = 'active' and g.recorded_group <> '' and g.stage in ('B', 'W', 'P', 'Y', 'H')
                    and strpos('BWPYH', g.stage) < strpos('BWPYHA', w.stage))
      or (w.recorded_group <> '' and strpos('BWPYH', w.stage) > 0
          and exists (select from farm.observation l where l.farm_id = farm and l.animal_id = w.animal_id
                        and l.state = 'active' and strpos('BWPYHA', l.stage) > strpos('BWPYH', w.stage)));
    perform farm.regroup(farm, animals) where animals is not null;
  end if;
  return null;
end $$;
create function farm.groups_of_changed() returns trigger language plpgsql as $$
declare
  farm uuid := (select farm_id from before_rows limit 1);
  animals uuid[];
begin
  if exists (select from farm.observation o where o.farm_id = farm and o.state = 'active' and o.recorded_group <> ''
             and o.stage in ('B', 'W', 'P', 'Y', 'H'))
     or exists (select from before_rows where recorded_group <> '' and strpos('BWPYH', stage) > 0) then
    select array_agg(distinct k.animal_id) into animals
    from before_rows o join after_rows n on n.id = o.id cross join lateral (values (o.animal_id), (n.animal_id)) k (animal_id)
    where (o.recorded_group, o.state, o.stage, o.animal_id) is distinct from (n.recorded_group, n.state, n.stage, n.animal_id);
    perform farm.regroup(farm, animals) where animals is not null;
  end if;
  return null;
end $$;
create function farm.groups_of_gone() returns trigger language plpgsql as $$
declare
  farm uuid := (select farm_id from before_rows limit 1);
  animals uuid[] := (select array_agg(distinct animal_id) from before_rows
                     where recorded_group <> '' and strpos('BWPYH', stage) > 0);
begin
  perform farm.regroup(farm, animals) where animals is not null;
  return null;
end $$;
create trigger grouped_added after insert on farm.observation referencing new table as written
  for each statement execute function farm.groups_of_added();
create trigger grouped_changed after update on farm.observation
  referencing old table as before_rows new table as after_rows
  for each statement execute function farm.groups_of_changed();
create trigger grouped_gone after delete on farm.observation referencing old table as before_rows
  for each statement execute function farm.groups_of_gone();
revoke execute on function farm.contemporary_group(text, int2, text, text, boolean, text, boolean, text),
  farm.groups_before(uuid, uuid, text), farm.regroup(uuid, uuid[]), farm.groups_of_added(), farm.groups_of_changed(),
  farm.groups_of_gone() from public;
grant execute on function farm.contemporary_group(text, int2, text, text, boolean, text, boolean, text),
  farm.groups_before(uuid, uuid, text), farm.regroup(uuid, uuid[]) to farm_app;

do $$
declare name text;
begin
  foreach name in array array['animal', 'observation', 'flock'] loop
    execute format('alter table farm.%I no force row level security', name);
  end loop;
  perform farm.regroup(g.farm_id, g.animals)
  from (select farm_id, array_agg(distinct animal_id) as animals from farm.observation
        where state = 'active' and recorded_group <> '' and stage in ('B', 'W', 'P', 'Y', 'H') group by farm_id) g;
  foreach name in array array['animal', 'observation', 'flock'] loop
    execute format('alter table farm.%I force row level security', name);
  end loop;
end $$;
