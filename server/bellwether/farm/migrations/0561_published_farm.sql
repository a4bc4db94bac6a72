-- owned by farm_owner, whom FORCE binds: the reader's own farms and no others
create view farm.published_farm as select id, time_zone from farm.farm;
grant select on farm.published_farm to genetics_app;
