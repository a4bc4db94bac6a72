-- what an import changed is written down by owners and workers only, as all else of a farm
create policy writer_adds on farm.import_change as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.import_change as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.import_change as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));

-- the policies of processing ask who may write
grant execute on function farm.my_writable_farms() to processing_app;
