-- every policy asks who acts, once for each table of a statement: in SQL each call of these functions is planned anew,
-- which cost more than many a question; in PL/pgSQL a connection plans them once
create or replace function farm.my_access() returns table (farm_id uuid, role text)
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
begin
  return query
  select m.farm_id, m.role from farm.membership m
  where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
    and (m.ends_at is null or m.ends_at > statement_timestamp())
  union all
  select f.farm_id, m.role from farm.organisation_member m join farm.organisation_farm f using (organisation_id)
  where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
    and (m.ends_at is null or m.ends_at > statement_timestamp());
end
$$;
create or replace function farm.my_farms() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
begin
  return coalesce((select array_agg(distinct farm_id) from farm.my_access()), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}');
end
$$;
create or replace function farm.my_writable_farms() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
begin
  return coalesce((select array_agg(distinct farm_id) from farm.my_access() where role <> 'viewer'), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}');
end
$$;
create or replace function farm.my_owned_farms() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
begin
  return coalesce((select array_agg(distinct farm_id) from farm.my_access() where role = 'owner'), '{}');
end
$$;
create or replace function farm.my_role(farm uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, farm as $$
begin
  return (select role from farm.my_access() where farm_id = farm
          order by array_position(array['owner', 'worker'], role) limit 1);
end
$$;
