-- the animals of a statement are looked up together, each once: a look for each row was a twentieth of a weigh file
create or replace function farm.observations_have_animals() returns trigger language plpgsql as $$
begin
  if exists (select from (select farm_id, array_agg(distinct animal_id) as ids from written group by farm_id) w
             where cardinality(w.ids) <> (select count(*) from farm.animal a
                                          where a.farm_id = w.farm_id and a.id = any(w.ids)))
     or exists (select 1 from (select distinct farm_id, flock_id from written) w where not exists
               (select 1 from farm.flock f where f.farm_id = w.farm_id and f.id = w.flock_id)) then
    raise foreign_key_violation using message = 'an observation of an animal or a flock that is not there';
  end if;
  return null;
end $$;
