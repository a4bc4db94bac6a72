-- what is to be evaluated and how, under a name; a change is a new version, and a run names its version
create table genetics.definition (
  id uuid primary key,
  farm_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index definition_name on genetics.definition (farm_id, lower(name));
create table genetics.definition_version (
  farm_id uuid not null,
  definition_id uuid not null,
  version int4 not null check (version > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  content jsonb not null,
  flock_ids uuid[] not null check (cardinality(flock_ids) > 0),
  rerun text not null check (rerun in ('on_demand', 'when_stale')),
  note text not null,
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, definition_id, version),
  foreign key (farm_id, definition_id) references genetics.definition (farm_id, id)
);
create index definition_of_flock on genetics.definition_version using gin (flock_ids) where rerun = 'when_stale';
grant select, insert on genetics.definition, genetics.definition_version to genetics_app;

alter table genetics.evaluation_run no force row level security;
alter table genetics.evaluation_run
  add column definition_id uuid,
  add column definition_version int4,
  add foreign key (farm_id, definition_id, definition_version)
    references genetics.definition_version (farm_id, definition_id, version),
  add check ((definition_id is null) = (definition_version is null));
alter table genetics.evaluation_run force row level security;

create function genetics.keep_definition() returns trigger language plpgsql as $$
begin
  raise exception 'a definition is never changed or removed: make a new version' using errcode = '55000';
end $$;
do $$
declare name text;
begin
  foreach name in array array['definition', 'definition_version'] loop
    execute format('create trigger keep_definition before update or delete or truncate on genetics.%I
                    for each statement execute function genetics.keep_definition()', name);
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;

create index evaluation_run_definition on genetics.evaluation_run (farm_id, definition_id, id desc)
  where definition_id is not null;
