-- a contemporary group is looked for by a number that stands for its trait and name: measurements of one group and day
-- share an entry then, where each had one of some sixty bytes, and numbers are compared faster than names
drop index farm.observation_group;
create index observation_group on farm.observation
  ((hashtextextended(contemporary_group, hashtextextended(trait, 0))), occurred_on)
  where state = 'active' and contemporary_group is not null;
