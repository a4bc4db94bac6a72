-- a condition score that an event told of is a measurement from now on: those that were told before become one, too, of
-- each animal, scale and day the last one that counts; what was measured of that day beside the events stands
do $$
declare name text;
begin
  foreach name in array array['event', 'animal', 'observation', 'flock'] loop
    execute format('alter table farm.%I no force row level security', name);
  end loop;
  insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
    occurred_on, recorded_group, age_days, contemporary_group, state, source, recorded_by, event_id)
  select distinct on (a.id, s.trait, e.occurred_on)
    gen_random_uuid(), a.farm_id, a.flock_id, a.id, s.trait, '-', (e.payload ->> 'score')::float8, s.unit,
    e.payload ->> 'score', s.unit, e.occurred_on, '', e.occurred_on - a.birth_date,
    farm.contemporary_group(f.code, a.drop_year, '-', a.birth_group, a.is_embryo_transfer, '',
      a.sex = 'male' and a.fertility = 'neutered'),
    'active', 'api', e.recorded_by, e.id
  from farm.event e
  join (values ('1-5', 'BCS', 'score'), ('1-9', 'BCS9', 'score of 9')) s (scale, trait, unit)
    on s.scale = e.payload ->> 'scale'
  join farm.animal told on told.farm_id = e.farm_id and told.id = e.animal_id
  join farm.animal a on a.farm_id = e.farm_id and a.id = coalesce(told.merged_into, told.id)
  join farm.flock f on f.farm_id = a.farm_id and f.id = a.flock_id
  where e.kind = 'condition.scored'
    and not exists (select from farm.event o where o.farm_id = e.farm_id and o.supersedes = e.id)
    and not exists (select from farm.observation o where o.farm_id = e.farm_id and o.animal_id = a.id
                      and o.trait = s.trait and o.occurred_on = e.occurred_on and o.state = 'active')
  order by a.id, s.trait, e.occurred_on, e.place desc;
  foreach name in array array['event', 'animal', 'observation', 'flock'] loop
    execute format('alter table farm.%I force row level security', name);
  end loop;
end $$;
