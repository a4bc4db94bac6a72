-- an index begins with what is asked for, not with the farm, which every policy asks for as well: as long as the
-- statistics know nothing of a farm, each index that begins with it looks as good as any other, and a look-up of one
-- animal may walk through all measurements of the farm. Ids are unique in all farms; groups are named within one
drop index farm.observation_current;
create unique index observation_current on farm.observation (animal_id, trait, occurred_on) where state = 'active';
drop index farm.observation_superseded;
create index observation_superseded on farm.observation (animal_id, trait, occurred_on) where state = 'superseded';
drop index farm.observation_animal;
create index observation_animal on farm.observation (animal_id);
drop index farm.observation_flock;
create index observation_flock on farm.observation (flock_id, id) where state = 'active';
drop index farm.observation_import;
create index observation_import on farm.observation (import_id) where import_id is not null;
