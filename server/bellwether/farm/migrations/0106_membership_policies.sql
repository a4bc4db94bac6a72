-- memberships decide what everything else may be seen, so they stand under a policy themselves: members see who
-- belongs to their farm, owners change it, and whoever makes a farm becomes its first member
create function farm.my_owned_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(farm_id) from farm.membership
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid and role = 'owner'), '{}')
$$;

-- by its own key: what the caller may see does not matter here
create function farm.is_new(farm uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, farm as $$
  select not exists (select 1 from farm.membership where farm_id = farm)
$$;

revoke execute on function farm.my_owned_farms(), farm.is_new(uuid) from public;
grant execute on function farm.my_owned_farms(), farm.is_new(uuid) to farm_app;

alter table farm.membership enable row level security;
alter table farm.membership force row level security;
-- the functions above run as the owner: a policy that called them would never end for them
create policy functions on farm.membership for select to farm_owner using (true);
create policy co_member on farm.membership for select to farm_app
  using (farm_id = any ((select farm.my_farms())::uuid[]));
create policy owner_adds on farm.membership for insert to farm_app
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[])
              or (user_id = nullif(current_setting('app.user_id', true), '')::uuid and role = 'owner'
                  and farm.is_new(farm_id)));
create policy owner_changes on farm.membership for update to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owner_removes on farm.membership for delete to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]));

create policy owner_changes on farm.farm as restrictive for update
  using (id = any ((select farm.my_owned_farms())::uuid[]));

-- neither reads them: what a service does not need it does not see
revoke select on farm.published_flock, farm.published_animal, farm.published_weight from research_app, processing_app;
