-- owned by farm_owner, whom FORCE binds: the reader's own farms and no others
create view farm.published_flock as
  select id, farm_id, name, breed_code from farm.flock;

create view farm.published_animal as
  select a.id, a.farm_id, a.flock_id, a.sex, a.birth_date, a.birth_type, a.rear_type,
         s.parent_id as sire_id, d.parent_id as dam_id, a.drop_year, a.reference_only, a.tag
  from farm.animal a
  left join farm.parent_claim s on s.child_id = a.id and s.status = 'accepted' and s.parent_type = 'sire'
  left join farm.parent_claim d on d.child_id = a.id and d.status = 'accepted'
                               and d.parent_type in ('dam', 'et_donor_dam');

create view farm.published_weight as
  select id, farm_id, flock_id, animal_id, trait, value as weight_kg, occurred_on, age_days, contemporary_group
  from farm.observation
  where state = 'active' and trait in ('BWT', 'WWT', 'PWT', 'YWT', 'HWT', 'AWT');

grant select on farm.published_flock, farm.published_animal, farm.published_weight
  to genetics_app, research_app, processing_app;
