-- what a laboratory found at a single gene of an animal; another finding supersedes it and stays beside it
create table genetics.gene_result (
  id uuid primary key,
  farm_id uuid not null,
  animal_id uuid not null,
  gene text not null check (length(gene) between 1 and 20),
  first_allele text not null,
  second_allele text not null,
  meaning text not null,
  tested_on date,
  laboratory text check (length(laboratory) <= 120),
  is_current bool not null default true,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id)
);
create unique index gene_result_current on genetics.gene_result (animal_id, gene) where is_current;
create index gene_result_farm on genetics.gene_result (farm_id, gene, id);
alter table genetics.gene_result enable row level security;
alter table genetics.gene_result force row level security;
create policy tenant on genetics.gene_result using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy shared on genetics.gene_result for select using (
  is_current and animal_id = any (array(select animal_id from genetics.genotype_share
                                        where with_farm_id = any ((select farm.my_farms())::uuid[]))));
create policy writer_adds on genetics.gene_result as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on genetics.gene_result as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, update (is_current) on genetics.gene_result to genetics_app;
