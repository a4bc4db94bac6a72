-- a projection of farm.import.completed.v1; the id is the import's own
create table processing.import_batch (
  id uuid primary key,
  farm_id uuid not null,
  kind text not null,
  file_name text not null,
  sha256 text not null,
  rows_in int8 not null,
  rows_accepted int8 not null check (rows_accepted >= 0),
  rows_rejected int8 not null check (rows_rejected >= 0),
  started_at timestamptz not null,
  finished_at timestamptz not null,
  imported_by uuid,
  event_id uuid not null,
  constraint nothing_lost check (rows_in = rows_accepted + rows_rejected),
  constraint ends_after_start check (finished_at >= started_at)
);
create index import_batch_farm on processing.import_batch (farm_id, finished_at desc, id desc);

-- the id is that of the import or the evaluation; one that is retried keeps its row
create table processing.run (
  id uuid primary key,
  farm_id uuid not null,
  pipeline text not null check (pipeline in ('farm.import', 'genetics.evaluation')),
  state text not null check (state in ('succeeded', 'failed')),
  subject_id uuid not null,
  started_by uuid,
  started_at timestamptz,
  finished_at timestamptz not null,
  failure_code text,
  failure_detail text,
  event_id uuid not null,
  constraint failure_says_why check ((state = 'failed') = (failure_code is not null)),
  constraint ends_after_start check (finished_at >= started_at)
);
create index run_farm on processing.run (farm_id, finished_at desc, id desc);

create table processing.run_dataset (
  run_id uuid not null references processing.run (id) on delete cascade,
  farm_id uuid not null,
  direction text not null check (direction in ('input', 'output')),
  position int2 not null,
  kind text not null,
  reference text not null,
  name text not null,
  n_rows int8,
  primary key (run_id, direction, position)
);
create index run_dataset_reference on processing.run_dataset (farm_id, reference, run_id);

do $$
declare name text;
begin
  foreach name in array array['import_batch', 'run', 'run_dataset'] loop
    execute format('alter table processing.%I enable row level security', name);
    execute format('alter table processing.%I force row level security', name);
    execute format(
      'create policy tenant on processing.%I using (farm_id = any ((select farm.my_farms())::uuid[])) '
      'with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
  end loop;
end $$;

grant select, insert, update on processing.import_batch, processing.run to processing_app;
grant select, insert, delete on processing.run_dataset to processing_app;
