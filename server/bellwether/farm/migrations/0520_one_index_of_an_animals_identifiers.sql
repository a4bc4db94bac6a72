-- one index serves what two did: all identifiers of an animal, and that of each scheme one is official at a time. Nulls
-- are distinct, so nothing in the last place holds nobody to anything
create unique index identifier_of_animal on farm.identifier
  (farm_id, animal_id, (case when state = 'active' and official then scheme end));
drop index farm.identifier_official;
drop index farm.identifier_animal;
