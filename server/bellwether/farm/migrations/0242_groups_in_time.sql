-- first and last day of a contemporary group are the ends of an index only as long as it begins with the group: behind the
-- farm, which every policy asks for by a list, each row of the group is read
drop index farm.observation_group;
create index observation_group on farm.observation (contemporary_group, trait, occurred_on) include (farm_id)
  where state = 'active' and contemporary_group is not null;
