-- new genotypes make a flock stale that was evaluated with stored ones; positions among this service's own facts
alter table genetics.flock_state
  add column marked_genotypes bigint not null default 0,
  add column read_genotypes bigint not null default 0,
  add column takes_genotypes bool not null default true;
alter table genetics.evaluation_run add column genotype_versions jsonb;
