-- a breeding society, a station with several farms, a family: its members are members of its farms, with the same role
create table farm.organisation (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  country text check (country ~ '^[A-Z]{2}$'),
  rev bigint not null default 1,
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create table farm.organisation_member (
  organisation_id uuid not null references farm.organisation,
  user_id uuid not null,
  role text not null check (role in ('owner', 'worker', 'viewer')),
  granted_by uuid,
  granted_at timestamptz not null default clock_timestamp(),
  ends_at timestamptz,
  primary key (organisation_id, user_id),
  constraint organisation_owner_has_no_end check (role <> 'owner' or ends_at is null)
);
create index organisation_member_user on farm.organisation_member (user_id);
create table farm.organisation_farm (
  organisation_id uuid not null references farm.organisation,
  farm_id uuid not null references farm.farm,
  added_by uuid,
  added_at timestamptz not null default clock_timestamp(),
  primary key (organisation_id, farm_id)
);
create index organisation_farm_farm on farm.organisation_farm (farm_id);

-- what the acting user is where: by a membership of the farm, or of an organisation that has it
create function farm.my_access() returns table (farm_id uuid, role text)
language sql stable security definer set search_path = pg_catalog, farm as $$
  select m.farm_id, m.role from farm.membership m
  where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
    and (m.ends_at is null or m.ends_at > statement_timestamp())
  union all
  select f.farm_id, m.role from farm.organisation_member m join farm.organisation_farm f using (organisation_id)
  where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
    and (m.ends_at is null or m.ends_at > statement_timestamp())
$$;
create or replace function farm.my_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(distinct farm_id) from farm.my_access()), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;
create or replace function farm.my_writable_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(distinct farm_id) from farm.my_access() where role <> 'viewer'), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;
create or replace function farm.my_owned_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(distinct farm_id) from farm.my_access() where role = 'owner'), '{}')
$$;
-- the strongest of the roles that somebody has on a farm
create function farm.my_role(farm uuid) returns text
language sql stable security definer set search_path = pg_catalog, farm as $$
  select role from farm.my_access() where farm_id = farm order by array_position(array['owner', 'worker'], role) limit 1
$$;
create function farm.owns(who uuid, farm uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, farm as $$
  select exists (select from farm.membership m where m.farm_id = farm and m.user_id = who and m.role = 'owner')
    or exists (select from farm.organisation_member m join farm.organisation_farm f using (organisation_id)
               where f.farm_id = farm and m.user_id = who and m.role = 'owner')
$$;
create function farm.my_owned_organisations() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(organisation_id) from farm.organisation_member
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid and role = 'owner'), '{}')
$$;
-- those that the user belongs to, and those that have a farm of the user's: who is on a farm is no secret there
create function farm.my_organisations() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(organisation_id) from farm.organisation_member
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid
                     and (ends_at is null or ends_at > statement_timestamp())), '{}')
      || coalesce((select array_agg(distinct f.organisation_id)
                   from farm.organisation_farm f join farm.my_access() a using (farm_id)), '{}')
$$;
-- an organisation and its first owner, who is the one that asks
create function farm.found_organisation(id uuid, name text, country text) returns void
language sql security definer set search_path = pg_catalog, farm as $$
  insert into farm.organisation (id, name, country, created_by)
  values (id, name, country, nullif(current_setting('app.user_id', true), '')::uuid);
  insert into farm.organisation_member (organisation_id, user_id, role, granted_by)
  values (id, nullif(current_setting('app.user_id', true), '')::uuid, 'owner',
          nullif(current_setting('app.user_id', true), '')::uuid)
$$;
revoke execute on function farm.my_access(), farm.my_role(uuid), farm.owns(uuid, uuid), farm.my_owned_organisations(),
  farm.my_organisations(), farm.found_organisation(uuid, text, text) from public;
grant execute on function farm.my_role(uuid), farm.my_owned_organisations(), farm.my_organisations(),
  farm.found_organisation(uuid, text, text) to farm_app;

do $$
declare name text;
begin
  foreach name in array array['organisation', 'organisation_member', 'organisation_farm'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    -- the functions above run as the owner: a policy that called them would never end for them
    execute format('create policy functions on farm.%I to farm_owner using (true) with check (true)', name);
  end loop;
end $$;
create policy belongs on farm.organisation for select to farm_app
  using (id = any ((select farm.my_organisations())::uuid[]));
create policy owner_changes on farm.organisation for update to farm_app
  using (id = any ((select farm.my_owned_organisations())::uuid[]));
create policy co_member on farm.organisation_member for select to farm_app
  using (organisation_id = any ((select farm.my_organisations())::uuid[]));
create policy owners on farm.organisation_member to farm_app
  using (organisation_id = any ((select farm.my_owned_organisations())::uuid[]))
  with check (organisation_id = any ((select farm.my_owned_organisations())::uuid[]));
create policy tenant on farm.organisation_farm for select to farm_app
  using (farm_id = any ((select farm.my_farms())::uuid[]));
-- who brings a farm in gives away the right to it, and so must own both
create policy owner_adds on farm.organisation_farm for insert to farm_app
  with check (organisation_id = any ((select farm.my_owned_organisations())::uuid[])
              and farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owner_removes on farm.organisation_farm for delete to farm_app
  using (organisation_id = any ((select farm.my_owned_organisations())::uuid[])
         or farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, update on farm.organisation to farm_app;
grant select, insert, update, delete on farm.organisation_member to farm_app;
grant select, insert, delete on farm.organisation_farm to farm_app;

-- whoever owns the farm through an organisation invites, too
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
    and farm.owns(i.invited_by, i.farm_id)
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
