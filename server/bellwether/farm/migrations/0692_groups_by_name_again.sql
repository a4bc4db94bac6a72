-- by names again: a function of a column is no leakproof condition, so below the policies the index of numbers was not
-- used, and all measurements were walked through for each group
drop index farm.observation_group;
create index observation_group on farm.observation
  (contemporary_group collate "C", trait collate "C", occurred_on) include (farm_id)
  where state = 'active' and contemporary_group is not null;
