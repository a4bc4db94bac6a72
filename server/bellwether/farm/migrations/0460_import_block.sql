-- rows that are new and of which nothing is said stand in blocks: number, animal and text of each, packed. A row of its
-- own for every line of a long file cost a third of its import
create table farm.import_block (
  farm_id uuid not null,
  import_id uuid not null,
  first_row int4 not null,
  last_row int4 not null,
  n_rows int4 not null,
  content bytea not null,
  primary key (farm_id, import_id, last_row),
  check (first_row > 0 and n_rows between 1 and last_row - first_row + 1)
);
alter table farm.import_block alter column content set storage external;
alter table farm.import_block enable row level security;
alter table farm.import_block force row level security;
create policy tenant on farm.import_block using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.import_block as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.import_block as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.import_block to farm_app;
create trigger has_import after insert on farm.import_block referencing new table as written
  for each statement execute function farm.rows_have_imports();
