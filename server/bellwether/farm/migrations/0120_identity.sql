-- an ancestor that turned out to be another animal: what cited it cites that one, its row stays for what refers to it
alter table farm.animal add column merged_into uuid references farm.animal (id);

-- names without their capitals, and numbers as a spreadsheet leaves them
create index identifier_name on farm.identifier (farm_id, lower(value)) where state = 'active' and kind = 'name';
create index identifier_zeros on farm.identifier (farm_id, ltrim(value, '0')) where state = 'active' and value like '0%';

-- what was said of a day before the value that counts; first and last day of a contemporary group
create index observation_superseded on farm.observation (farm_id, animal_id, trait) where state = 'superseded';
create index observation_group on farm.observation (farm_id, contemporary_group, trait, occurred_on)
  where state = 'active' and contemporary_group is not null;

create or replace view farm.published_animal as
  select a.id, a.farm_id, a.flock_id, a.sex, a.birth_date, a.birth_type, a.rear_type,
         s.parent_id as sire_id, d.parent_id as dam_id, a.drop_year, a.reference_only, a.tag
  from farm.animal a
  left join farm.parent_claim s on s.child_id = a.id and s.status = 'accepted' and s.parent_type = 'sire'
  left join farm.parent_claim d on d.child_id = a.id and d.status = 'accepted'
                               and d.parent_type in ('dam', 'et_donor_dam')
  where a.merged_into is null;
