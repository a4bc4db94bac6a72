-- an archive of a farm on its way into another one: one at a time, gone when its job has taken it
create table farm.archive_file (
  farm_id uuid primary key references farm.farm,
  id uuid not null,
  content bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table farm.archive_file enable row level security;
alter table farm.archive_file force row level security;
create policy tenant on farm.archive_file using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.archive_file as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.archive_file as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy owners_alone on farm.archive_file as restrictive
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, insert, delete on farm.archive_file to farm_app;
