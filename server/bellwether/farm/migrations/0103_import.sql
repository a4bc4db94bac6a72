create table farm.import_batch (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  flock_id uuid not null,
  kind text not null check (kind in ('flock', 'weights', 'sg')),
  file_name text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes int8 not null,
  layout jsonb not null,
  job_id uuid,
  rows_in int4,
  rows_accepted int4,
  rows_rejected int4,
  verdicts jsonb,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (farm_id, id),
  unique (farm_id, kind, sha256),
  foreign key (farm_id, flock_id) references farm.flock (farm_id, id),
  check (rows_in = rows_accepted + rows_rejected)
);

-- beside the batch, so that lists of imports never read the files
create table farm.import_file (
  import_id uuid primary key,
  farm_id uuid not null,
  content bytea not null,
  foreign key (farm_id, import_id) references farm.import_batch (farm_id, id)
);
create index import_file_farm on farm.import_file (farm_id);

-- verdict null: read but not judged yet
create table farm.import_row (
  farm_id uuid not null,
  import_id uuid not null,
  row int4 not null,
  raw text not null,
  parsed jsonb,
  verdict text check (verdict in ('new', 'match', 'update', 'reweigh', 'duplicate', 'unknown_tag', 'no_tag',
                                  'ambiguous', 'conflict', 'bad_format', 'out_of_range', 'blank')),
  is_accepted boolean,
  animal_id uuid,
  field text,
  code text,
  message text,
  fix text,
  primary key (import_id, row),
  foreign key (farm_id, import_id) references farm.import_batch (farm_id, id),
  check ((verdict is null) = (is_accepted is null)),
  check (is_accepted or code is not null)
);
create index import_row_verdict on farm.import_row (farm_id, import_id, verdict, row);

grant select, insert, update on farm.import_batch to farm_app;
grant select, insert on farm.import_file to farm_app;
grant select, insert, update on farm.import_row to farm_app;
