do $$
declare name text;
begin
  foreach name in array array['evaluation_run', 'flock_state', 'breeding_value'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
  end loop;
end $$;
