-- a viewer reads evaluations and starts none, whatever the code above forgets
do $$
declare name text;
begin
  foreach name in array array['evaluation_run', 'evaluation_table', 'flock_state', 'breeding_value'] loop
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_changes on genetics.genotype_file as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
