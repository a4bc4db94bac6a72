-- the animal of three identifiers, and that of a hundred claims, is looked for once in each statement
create or replace function farm.identifiers_have_animals() returns trigger language plpgsql as $$
begin
  if exists (select 1 from (select distinct farm_id, animal_id from written) w where not exists
               (select 1 from farm.animal a where a.farm_id = w.farm_id and a.id = w.animal_id)) then
    raise foreign_key_violation using message = 'an identifier of an animal that is not there';
  end if;
  return null;
end $$;

create or replace function farm.claims_have_animals() returns trigger language plpgsql as $$
begin
  if exists (select 1 from (select farm_id, child_id as id from written union select farm_id, parent_id from written) w
             where not exists (select 1 from farm.animal a where a.farm_id = w.farm_id and a.id = w.id)) then
    raise foreign_key_violation using message = 'a claim about an animal that is not there';
  end if;
  return null;
end $$;
