-- somebody is asked to join a farm by an address: the farm keeps a hash of the secret that opens it, and never learns
-- whether the address has an account until its holder comes with both
create table farm.invitation (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  email text not null check (length(email) between 3 and 254),
  role text not null check (role in ('owner', 'worker', 'viewer')),
  token_sha256 bytea not null unique check (length(token_sha256) = 32),
  invited_by uuid not null,
  invited_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  withdrawn_at timestamptz
);
create unique index invitation_open on farm.invitation (farm_id, email)
  where accepted_at is null and withdrawn_at is null;

alter table farm.invitation enable row level security;
alter table farm.invitation force row level security;
create policy owners on farm.invitation to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, insert, update on farm.invitation to farm_app;

-- accepting is done by somebody who belongs to no farm yet: the function below is the only way, and asks for everything
create policy functions on farm.invitation to farm_owner using (true) with check (true);
create policy functions_add on farm.membership for insert to farm_owner with check (true);

create function farm.accept_invitation(secret bytea, address text)
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
  on conflict (user_id, farm_id) do nothing returning m.granted_at into since;
  if since is not null then
    update farm.invitation set accepted_at = since, accepted_by = me where id = found_one.id;
  end if;
  return query select found_one.farm_id, found_one.role, since, since is not null;
end $$;

revoke execute on function farm.accept_invitation(bytea, text) from public;
grant execute on function farm.accept_invitation(bytea, text) to farm_app;
