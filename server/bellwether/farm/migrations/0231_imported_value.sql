-- breeding values that somebody else has estimated: a value of a run is never changed, so nobody may update a row
create table farm.imported_value (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  animal_id uuid not null,
  run_name text not null check (length(run_name) between 1 and 100),
  run_date date,
  trait text not null check (length(trait) between 1 and 40),
  value float8 not null,
  accuracy float8 check (accuracy between 0 and 1),
  import_id uuid not null,
  import_row int4 not null,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id),
  foreign key (farm_id, import_id) references farm.import_batch (farm_id, id)
);
create unique index imported_value_once on farm.imported_value (farm_id, run_name, animal_id, trait);
create index imported_value_page on farm.imported_value (farm_id, run_name, id);
create index imported_value_animal on farm.imported_value (farm_id, animal_id);
create index imported_value_import on farm.imported_value (farm_id, import_id);
alter table farm.imported_value enable row level security;
alter table farm.imported_value force row level security;
create policy tenant on farm.imported_value using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.imported_value as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.imported_value as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.imported_value to farm_app;
