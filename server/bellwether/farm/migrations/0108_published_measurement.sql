-- every measurement that counts, of whatever trait: which of them an evaluation takes is the evaluation's affair
create view farm.published_measurement as
  select id, farm_id, flock_id, animal_id, trait, stage, value, unit, occurred_on, age_days, contemporary_group
  from farm.observation
  where state = 'active';
grant select on farm.published_measurement to genetics_app;
-- who reads a farm may not always write for it: genetics asks the same question for what it keeps of a farm
grant execute on function farm.my_writable_farms() to genetics_app;
