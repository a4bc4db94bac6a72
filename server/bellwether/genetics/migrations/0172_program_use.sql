-- the steps with programs of others that genotypes of a run came from
create table genetics.program_use (
  farm_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  primary key (farm_id, run_id, step_id),
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id),
  foreign key (farm_id, step_id) references genetics.program_step (farm_id, id)
);
create index program_use_step on genetics.program_use (farm_id, step_id);
create trigger keep_program_use before update or delete or truncate on genetics.program_use
  for each statement execute function genetics.keep_breeding_value();
alter table genetics.program_use enable row level security;
alter table genetics.program_use force row level security;
create policy tenant on genetics.program_use using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.program_use as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert on genetics.program_use to genetics_app;
