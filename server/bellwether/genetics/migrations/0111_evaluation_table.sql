-- the tables that a run was made of and those that it gave, packed by gzip, under the names of their files
create table genetics.evaluation_table (
  farm_id uuid not null,
  run_id uuid not null,
  name text not null check (name ~ '^[a-z_]{1,40}\.(csv|json)$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  n_bytes bigint not null,
  content bytea not null,
  primary key (farm_id, run_id, name),
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id)
);
alter table genetics.evaluation_table alter column content set storage external;
grant select, insert on genetics.evaluation_table to genetics_app;
create trigger keep_evaluation_table before update or delete or truncate on genetics.evaluation_table
  for each statement execute function genetics.keep_breeding_value();

alter table genetics.evaluation_table enable row level security;
alter table genetics.evaluation_table force row level security;
create policy tenant on genetics.evaluation_table using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
