-- every farm-owned table: its farm's members read, its owners and workers write
do $$
declare name text;
begin
  foreach name in array array['flock', 'animal', 'identifier', 'parent_claim', 'observation',
                              'import_batch', 'import_file', 'import_row'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
