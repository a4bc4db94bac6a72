-- whoever belongs to a farm through an organisation belongs to it: tasks are given to them, their calendars show them
create function farm.role_on(farm uuid, who uuid) returns text
language sql stable security definer set search_path = pg_catalog, farm as $$
  select m.role from farm.farm_member m
  where m.farm_id = farm and m.user_id = who and m.left_at is null
    and (m.ends_at is null or m.ends_at > statement_timestamp())
  order by array_position(array['owner', 'worker', 'viewer'], m.role) limit 1
$$;
revoke execute on function farm.role_on(uuid, uuid) from public;
grant execute on function farm.role_on(uuid, uuid) to farm_app;
create or replace function farm.feed_of(secret bytea) returns table (farm_id uuid, user_id uuid)
language sql stable security definer set search_path = pg_catalog, farm as $$
  select f.farm_id, f.user_id from farm.calendar_feed f
  where f.secret_sha256 = secret and farm.role_on(f.farm_id, f.user_id) is not null
$$;
