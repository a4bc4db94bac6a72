-- positions among the flock's facts instead of times: a fact that arrives late is known to be in a run that read it
alter table genetics.flock_state
  add column marked_version bigint not null default 0,
  add column read_version bigint not null default 0,
  drop column marked_at;
