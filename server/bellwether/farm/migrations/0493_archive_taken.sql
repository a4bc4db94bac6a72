-- what became of an archive, so that a job that fell after its commit is not the loss of what it did
alter table farm.archive_file alter column content drop not null, add column taken jsonb,
  add constraint archive_file_waits_or_is_taken check ((content is null) <> (taken is null));
grant update on farm.archive_file to farm_app;
create policy writer_changes on farm.archive_file as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
