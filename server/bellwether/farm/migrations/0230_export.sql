-- files out of the farm: asked for by anybody who may read it, written by a job, kept for some days
create table farm.export (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  flock_id uuid not null,
  format text not null check (length(format) between 1 and 40),
  options jsonb not null,
  job_id uuid,
  file_name text,
  media_type text,
  size_bytes int8,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  report jsonb,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  expires_at timestamptz,
  unique (farm_id, id),
  foreign key (farm_id, flock_id) references farm.flock (farm_id, id),
  check ((finished_at is null) = (expires_at is null) and (finished_at is null) = (size_bytes is null))
);
create index export_farm on farm.export (farm_id, id);

-- in parts beside it, so that neither writing nor reading holds a whole file
create table farm.export_part (
  farm_id uuid not null,
  export_id uuid not null,
  part int4 not null check (part >= 0),
  content bytea not null,
  primary key (farm_id, export_id, part),
  foreign key (farm_id, export_id) references farm.export (farm_id, id)
);

do $$
declare name text;
begin
  foreach name in array array['export', 'export_part'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on farm.export to farm_app;
grant select, insert, delete on farm.export_part to farm_app;
