-- the file as it came; the ending tells its kind
create table genetics.genotype_file (
  id uuid primary key,
  farm_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  ending text not null check (ending in ('.csv', '.csv.gz', '.vcf', '.vcf.gz', '.vcf.bgz', '.bcf', '.zip')),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  n_bytes bigint not null check (n_bytes > 0),
  n_animals int4 not null check (n_animals > 0),
  n_markers int4 not null check (n_markers > 0),
  content bytea not null,
  uploaded_by uuid not null,
  uploaded_at timestamptz not null default clock_timestamp(),
  unique (farm_id, sha256)
);
-- genotypes do not compress further, and a gzip file least of all
alter table genetics.genotype_file alter column content set storage external;
create index genotype_file_farm on genetics.genotype_file (farm_id, id desc);
grant select, insert, delete on genetics.genotype_file to genetics_app;

alter table genetics.genotype_file enable row level security;
alter table genetics.genotype_file force row level security;
create policy tenant on genetics.genotype_file using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.genotype_file as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on genetics.genotype_file as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
