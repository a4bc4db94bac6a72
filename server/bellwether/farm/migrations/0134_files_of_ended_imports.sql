-- nothing reads the file of an import that was undone or cancelled: it makes room for others
alter table farm.import_file no force row level security;
delete from farm.import_file f using farm.import_batch b
where b.id = f.import_id and b.state in ('undone', 'cancelled');
alter table farm.import_file force row level security;
grant delete on farm.import_file to farm_app;
create policy writer_removes on farm.import_file as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
