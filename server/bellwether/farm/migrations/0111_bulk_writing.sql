-- stable, as concat_ws is, and one expression: so a statement takes it in instead of calling it for each row
create or replace function farm.contemporary_group(
  flock_code text, drop_year int2, stage text, birth_group text, is_embryo_transfer boolean, recorded_group text
) returns text language sql stable as $$
  select case when drop_year is not null then
    concat_ws('/', flock_code, drop_year::text, stage, 'b' || coalesce(nullif(birth_group, ''), '0'),
              case when is_embryo_transfer then 'et' end,
              case when stage <> 'B' then 'g' || coalesce(nullif(recorded_group, ''), '0') end) end
$$;

-- a foreign key asks for each row by a statement of its own, three quarters of the time of an import; these ask the same
-- of all rows of a statement at once. Nobody removes an animal, a flock or an import but under the farm's lock
alter table farm.observation drop constraint observation_farm_id_animal_id_fkey;
alter table farm.observation drop constraint observation_farm_id_flock_id_fkey;
alter table farm.import_row drop constraint import_row_farm_id_import_id_fkey;

create function farm.observations_have_animals() returns trigger language plpgsql as $$
begin
  if exists (select 1 from written w where not exists
               (select 1 from farm.animal a where a.farm_id = w.farm_id and a.id = w.animal_id))
     or exists (select 1 from (select distinct farm_id, flock_id from written) w where not exists
               (select 1 from farm.flock f where f.farm_id = w.farm_id and f.id = w.flock_id)) then
    raise foreign_key_violation using message = 'an observation of an animal or a flock that is not there';
  end if;
  return null;
end $$;
create trigger has_animal after insert on farm.observation referencing new table as written
  for each statement execute function farm.observations_have_animals();
create trigger has_animal_still after update on farm.observation referencing new table as written
  for each statement execute function farm.observations_have_animals();

create function farm.animals_have_no_observations() returns trigger language plpgsql as $$
begin
  if exists (select 1 from gone g join farm.observation o on o.farm_id = g.farm_id and o.animal_id = g.id) then
    raise foreign_key_violation using message = 'an animal of which there are observations';
  end if;
  return null;
end $$;
create trigger has_no_observations after delete on farm.animal referencing old table as gone
  for each statement execute function farm.animals_have_no_observations();

create function farm.rows_have_imports() returns trigger language plpgsql as $$
begin
  if exists (select 1 from (select distinct farm_id, import_id from written) w where not exists
               (select 1 from farm.import_batch b where b.farm_id = w.farm_id and b.id = w.import_id)) then
    raise foreign_key_violation using message = 'a row of an import that is not there';
  end if;
  return null;
end $$;
create trigger has_import after insert on farm.import_row referencing new table as written
  for each statement execute function farm.rows_have_imports();

-- verdicts are looked for within one import, in the order of its rows; what an import made is looked for as a whole
drop index farm.import_row_verdict;
alter table farm.import_row drop constraint import_row_pkey, add primary key (farm_id, import_id, row);
drop index farm.observation_import;
create index observation_import on farm.observation (farm_id, import_id) where import_id is not null;
