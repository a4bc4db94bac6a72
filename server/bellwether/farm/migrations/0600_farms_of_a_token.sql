-- a token may name the only farms that it is for: by it its user sees and changes nothing else, whatever the user may.
-- null: it names none, which is how people sign in
create function farm.token_farms() returns uuid[] language sql stable set search_path = pg_catalog as
$$ select string_to_array(nullif(current_setting('app.token_farms', true), ''), ',')::uuid[] $$;

create or replace function farm.my_access() returns table (farm_id uuid, role text)
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
declare
  me uuid := nullif(current_setting('app.user_id', true), '')::uuid;
  named uuid[] := string_to_array(nullif(current_setting('app.token_farms', true), ''), ',')::uuid[];
begin
  return query
  select m.farm_id, m.role from farm.membership m
  where m.user_id = me and (m.ends_at is null or m.ends_at > statement_timestamp())
    and (named is null or m.farm_id = any (named))
  union all
  select f.farm_id, m.role from farm.organisation_member m join farm.organisation_farm f using (organisation_id)
  where m.user_id = me and (m.ends_at is null or m.ends_at > statement_timestamp())
    and (named is null or f.farm_id = any (named));
end
$$;

-- what follows goes by the user and not by a farm: an organisation has other farms, a device or a recorder of the user
-- may be of another one, and a new farm is none of those that were named
create or replace function farm.my_owned_organisations() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(organisation_id) from farm.organisation_member
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid and role = 'owner'
                     and farm.token_farms() is null), '{}')
$$;
create or replace function farm.my_organisations() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(organisation_id) from farm.organisation_member
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid
                     and farm.token_farms() is null
                     and (ends_at is null or ends_at > statement_timestamp())), '{}')
      || coalesce((select array_agg(distinct f.organisation_id)
                   from farm.organisation_farm f join farm.my_access() a using (farm_id)
                   where farm.token_farms() is null), '{}')
$$;

revoke execute on function farm.token_farms() from public;
grant execute on function farm.token_farms() to farm_app;
do $$
declare name text;
begin
  foreach name in array array['membership', 'recorder', 'device'] loop
    execute format('create policy of_token on farm.%I as restrictive to farm_app
                    using ((select farm.token_farms()) is null or farm_id = any ((select farm.token_farms())::uuid[]))',
                   name);
  end loop;
end $$;
