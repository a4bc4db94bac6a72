-- the platform writes here for a farm whose facts it hears; of people, viewers write nothing
do $$
declare name text;
begin
  foreach name in array array['import_batch', 'run', 'run_dataset'] loop
    execute format('create policy writer_adds on processing.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on processing.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_removes on processing.run_dataset as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
