-- who helps for a while belongs to the farm until then: a vet, a scanner, a contractor. An owner stays
alter table farm.membership
  add column ends_at timestamptz,
  add constraint membership_of_owner_has_no_end check (role <> 'owner' or ends_at is null);

create or replace function farm.my_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(farm_id) from farm.membership
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid
                     and (ends_at is null or ends_at > statement_timestamp())), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;

create or replace function farm.my_writable_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(farm_id) from farm.membership
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid and role <> 'viewer'
                     and (ends_at is null or ends_at > statement_timestamp())), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;

-- somebody whose time is over may be asked again
create policy functions_change on farm.membership for update to farm_owner using (true) with check (true);
create or replace function farm.accept_invitation(secret bytea, address text)
returns table (farm_id uuid, role text, granted_at timestamptz, is_new boolean)
language plpgsql security definer set search_path = pg_catalog, farm as $$
#variable_conflict use_column
declare
  me uuid := nullif(current_setting('app.user_id', true), '')::uuid;
  found_one farm.invitation;
  since timestamptz;
begin
  -- an invitation by somebody who owns the farm no longer is worth nothing
  select i.* into found_one from farm.invitation i
  where i.token_sha256 = secret and i.email = address and i.accepted_at is null and i.withdrawn_at is null
    and i.expires_at > clock_timestamp()
    and exists (select from farm.membership m
                where m.farm_id = i.farm_id and m.user_id = i.invited_by and m.role = 'owner')
  for update of i;
  if found_one.id is null or me is null then
    return;
  end if;
  insert into farm.membership as m (user_id, farm_id, role, granted_by)
  values (me, found_one.farm_id, found_one.role, found_one.invited_by)
  on conflict (user_id, farm_id) do update
    set role = excluded.role, granted_by = excluded.granted_by, granted_at = clock_timestamp(), ends_at = null
    where m.ends_at <= clock_timestamp()
  returning m.granted_at into since;
  if since is not null then
    update farm.invitation set accepted_at = since, accepted_by = me where id = found_one.id;
  end if;
  return query select found_one.farm_id, found_one.role, since, since is not null;
end $$;
