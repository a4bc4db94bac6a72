-- for evaluations across farms: by what animals are known everywhere, and how a farm calls itself; owned as the tables
-- are, so that row-level security still binds. A number counts after it has left the animal: the other farm may know it
-- by that one. Those of the platform's own schemes count on one farm alone
create view farm.published_identifier as
  select farm_id, animal_id, scheme, value, state from farm.identifier
  where kind in ('eid', 'registration') and scope = '' and scheme not like 'org.bellwether.%';
grant select on farm.published_identifier to genetics_app;

create or replace view farm.published_farm as select id, time_zone, name from farm.farm;
grant execute on function farm.my_role(uuid) to genetics_app;
