-- files of genotypes out of the farm: written by a job, kept for some days, in parts beside it
create table genetics.genotype_export (
  id uuid primary key,
  farm_id uuid not null,
  chip_id int4 not null,
  map_version int2 not null,
  format text not null check (length(format) between 1 and 40),
  options jsonb not null,
  file_name text,
  media_type text,
  size_bytes int8,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  n_samples int4,
  n_markers int4,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  expires_at timestamptz,
  unique (farm_id, id),
  foreign key (chip_id, map_version) references genetics.marker_map,
  check ((finished_at is null) = (expires_at is null) and (finished_at is null) = (size_bytes is null))
);
create index genotype_export_farm on genetics.genotype_export (farm_id, id desc);
create table genetics.genotype_export_part (
  farm_id uuid not null,
  export_id uuid not null,
  part int4 not null check (part >= 0),
  content bytea not null,
  primary key (farm_id, export_id, part),
  foreign key (farm_id, export_id) references genetics.genotype_export (farm_id, id)
);
-- the files are packed already
alter table genetics.genotype_export_part alter column content set storage external;

do $$
declare name text;
begin
  foreach name in array array['genotype_export', 'genotype_export_part'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on genetics.genotype_export to genetics_app;
grant select, insert, delete on genetics.genotype_export_part to genetics_app;
