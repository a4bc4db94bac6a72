-- what a program of others made of genotypes: which program by version and digest, with which arguments, of what
create table genetics.program_step (
  id uuid primary key,
  farm_id uuid not null,
  step text not null check (length(step) between 1 and 40),
  program text not null check (length(program) between 1 and 40),
  chip_id int4,
  map_version int2,
  source_file_id uuid,
  options jsonb not null,
  version text check (length(version) between 1 and 80),
  program_sha256 text check (program_sha256 ~ '^[0-9a-f]{64}$'),
  arguments jsonb,
  input_sha256 text check (input_sha256 ~ '^[0-9a-f]{64}$'),
  output_file_id uuid,
  output_sha256 text check (output_sha256 ~ '^[0-9a-f]{64}$'),
  report jsonb,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  unique (farm_id, id),
  foreign key (chip_id, map_version) references genetics.marker_map,
  check ((chip_id is null) <> (source_file_id is null)),
  check ((finished_at is null) = (version is null) and (finished_at is null) = (program_sha256 is null)
         and (finished_at is null) = (input_sha256 is null) and (finished_at is null) = (arguments is null))
);
create index program_step_farm on genetics.program_step (farm_id, id desc);
create index program_step_version on genetics.program_step (farm_id, program, version, id desc)
  where finished_at is not null;
create index program_step_output on genetics.program_step (farm_id, output_sha256) where output_sha256 is not null;
-- what was imported of a file is found by what is in it
create index genotype_import_content on genetics.genotype_import (farm_id, sha256);
create table genetics.program_step_file (
  farm_id uuid not null,
  step_id uuid not null,
  name text not null check (name ~ '^[a-z_]{1,40}(\.[a-z]{1,8}){1,2}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  n_bytes int8 not null,
  content bytea not null,
  primary key (farm_id, step_id, name),
  foreign key (farm_id, step_id) references genetics.program_step (farm_id, id)
);

create function genetics.keep_program_step() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.finished_at is null
     and (new.id, new.farm_id, new.step, new.program, new.created_at)
       = (old.id, old.farm_id, old.step, old.program, old.created_at) then
    return new;
  end if;
  raise exception 'a step that has ended is never changed or removed' using errcode = '55000';
end $$;
create trigger keep_program_step before update or delete on genetics.program_step
  for each row execute function genetics.keep_program_step();
create trigger keep_program_step_file before update or delete or truncate on genetics.program_step_file
  for each statement execute function genetics.keep_breeding_value();

do $$
declare name text;
begin
  foreach name in array array['program_step', 'program_step_file'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on genetics.program_step to genetics_app;
grant select, insert on genetics.program_step_file to genetics_app;
