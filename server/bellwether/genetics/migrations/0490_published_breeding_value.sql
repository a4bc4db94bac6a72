-- what the farm service may read: values of runs by which some flock went, or goes. Owned as the tables are, so that
-- row-level security still binds
create view genetics.published_run as
select r.farm_id, r.id, r.traits, r.finished_at, min(p.published_at) as published_at
from genetics.publication p join genetics.evaluation_run r on r.farm_id = p.farm_id and r.id = p.run_id
group by r.farm_id, r.id;

create view genetics.published_breeding_value as
select v.farm_id, v.run_id, v.animal_id, v.trait, v.value, v.reliability
from genetics.breeding_value v
where v.effect = 'additive' and exists (
  select from genetics.publication p where p.farm_id = v.farm_id and p.run_id = v.run_id);

grant usage on schema genetics to farm_app;
grant select on genetics.published_run, genetics.published_breeding_value to farm_app;
