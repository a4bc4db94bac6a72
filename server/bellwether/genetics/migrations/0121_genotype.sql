-- a farm shows the genotypes of an animal to another farm
create table genetics.genotype_share (
  farm_id uuid not null,
  animal_id uuid not null,
  with_farm_id uuid not null check (with_farm_id <> farm_id),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, animal_id, with_farm_id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id)
);
create index genotype_share_with on genetics.genotype_share (with_farm_id, animal_id);

create table genetics.genotype_import (
  id uuid primary key,
  farm_id uuid not null,
  chip_id int4 not null references genetics.chip,
  map_version int2 not null,
  genotype_file_id uuid not null,
  file_name text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  options jsonb not null,
  n_samples int4,
  n_accepted int4,
  n_quarantined int4,
  report jsonb,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  unique (farm_id, id),
  foreign key (chip_id, map_version) references genetics.marker_map,
  check (finished_at is null or n_samples = n_accepted + n_quarantined)
);
create index genotype_import_farm on genetics.genotype_import (farm_id, id desc);

-- fam: family, father, mother, sex and phenotype as the file wrote them, to be written again
create table genetics.sample (
  id uuid primary key,
  farm_id uuid not null,
  animal_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  is_preferred bool not null default false,
  fam text[] check (array_length(fam, 1) = 5),
  rev int4 not null default 1,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, name),
  unique (farm_id, id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id)
);
create unique index sample_preferred on genetics.sample (animal_id) where is_preferred;
create index sample_animal on genetics.sample (animal_id);

-- one sample on one chip; a correction is a new version
create table genetics.genotyping (
  sample_id uuid not null,
  chip_id int4 not null,
  version int2 not null default 1,
  farm_id uuid not null,
  map_version int2 not null,
  import_id uuid not null,
  import_row int4 not null,
  state text not null check (state in ('accepted', 'quarantined', 'superseded', 'rejected')),
  reasons text[] not null default '{}',
  call_rate float4 not null check (call_rate between 0 and 1),
  heterozygosity float4,
  f float4,
  has_dosages bool not null default false,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  decided_by uuid,
  decided_at timestamptz,
  note text,
  primary key (sample_id, chip_id, version),
  foreign key (farm_id, sample_id) references genetics.sample (farm_id, id),
  foreign key (farm_id, import_id) references genetics.genotype_import (farm_id, id),
  foreign key (chip_id, map_version) references genetics.marker_map
);
create unique index genotyping_accepted on genetics.genotyping (sample_id, chip_id) where state = 'accepted';
create index genotyping_farm on genetics.genotyping (farm_id, chip_id, state);
create index genotyping_import on genetics.genotyping (import_id, import_row);

-- calls at two bits, low bits first, 3 missing; in the row, for a block has at most 1,920 bytes
create table genetics.genotype (
  farm_id uuid not null,
  sample_id uuid not null,
  chip_id int4 not null,
  map_version int2 not null,
  version int2 not null,
  chrom int2 not null,
  block int2 not null,
  n_markers int2 not null check (n_markers between 1 and 7680),
  calls bytea not null check (octet_length(calls) = (n_markers + 3) / 4),
  primary key (sample_id, chip_id, version, block, chrom)
) partition by list (chrom);
-- one chip of one farm, a block of a chromosome: the entries of equal keys share one
create index genotype_farm on genetics.genotype (chip_id, farm_id, block);

-- what dosages are above their nearest calls, float32 in the order of the calls
create table genetics.genotype_deviation (
  farm_id uuid not null,
  sample_id uuid not null,
  chip_id int4 not null,
  version int2 not null,
  chrom int2 not null,
  block int2 not null,
  deviations bytea not null,
  primary key (sample_id, chip_id, version, chrom, block)
);
create index genotype_deviation_farm on genetics.genotype_deviation (farm_id, chip_id);

create function genetics.keep_calls() returns trigger language plpgsql as $$
begin
  raise exception 'calls are never changed: a correction is a new version' using errcode = '55000';
end $$;

do $$
declare name text; number int;
begin
  for number in 0..30 loop
    execute format('create table genetics.genotype_%s partition of genetics.genotype for values in (%s)', number, number);
    execute format('alter table genetics.genotype_%s alter column calls set storage external', number);
    execute format('alter table genetics.genotype_%s enable row level security', number);
    execute format('alter table genetics.genotype_%s force row level security', number);
  end loop;
  foreach name in array array['genotype_share', 'genotype_import', 'sample', 'genotyping', 'genotype', 'genotype_deviation'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_removes on genetics.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create trigger keep_calls before update on genetics.genotype for each row execute function genetics.keep_calls();
create trigger keep_deviations before update on genetics.genotype_deviation
  for each row execute function genetics.keep_calls();

-- what another farm shares is read, and nothing more
create policy shared on genetics.genotype_share for select using (with_farm_id = any ((select farm.my_farms())::uuid[]));
create policy shared on genetics.sample for select using (
  animal_id = any (array(select animal_id from genetics.genotype_share
                         where with_farm_id = any ((select farm.my_farms())::uuid[]))));

-- samples of animals that another farm shares with mine, and the chips by which they are read
create function genetics.shared_samples() returns uuid[] language sql stable as $$
  select array(select s.id from genetics.genotype_share g join genetics.sample s on s.farm_id = g.farm_id and s.animal_id = g.animal_id
               where g.with_farm_id = any ((select farm.my_farms())::uuid[]))
$$;
create function genetics.shared_chips() returns int4[] language sql stable as $$
  select array(select distinct t.chip_id from genetics.genotyping t where t.sample_id = any ((select genetics.shared_samples())::uuid[]))
$$;
revoke execute on function genetics.shared_samples(), genetics.shared_chips() from public;
grant execute on function genetics.shared_samples(), genetics.shared_chips() to genetics_app;
create policy shared on genetics.genotyping for select
  using (state = 'accepted' and sample_id = any ((select genetics.shared_samples())::uuid[]));
create policy shared on genetics.genotype for select using (sample_id = any ((select genetics.shared_samples())::uuid[]));
create policy shared on genetics.genotype_deviation for select
  using (sample_id = any ((select genetics.shared_samples())::uuid[]));
create policy shared on genetics.chip for select using (id = any ((select genetics.shared_chips())::int4[]));

grant select, insert, delete on genetics.genotype_share to genetics_app;
grant select, insert, update on genetics.genotype_import, genetics.sample, genetics.genotyping to genetics_app;
grant select, insert on genetics.genotype, genetics.genotype_deviation to genetics_app;
