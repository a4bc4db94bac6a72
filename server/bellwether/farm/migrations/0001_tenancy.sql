-- who belongs to which farm: everything else in the platform leans on my_farms()
create table farm.farm (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  country text check (country ~ '^[A-Z]{2}$'),
  time_zone text not null default 'UTC',
  weight_unit text not null default 'kg' check (weight_unit in ('kg', 'lb')),
  rev bigint not null default 1,
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);

-- deferrable: the creator becomes a member first, so that the policy lets the farm in
create table farm.membership (
  user_id uuid not null,
  farm_id uuid not null references farm.farm deferrable initially deferred,
  role text not null check (role in ('owner', 'worker', 'viewer')),
  granted_by uuid,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (user_id, farm_id)
);
create index membership_farm on farm.membership (farm_id);

create function farm.my_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(farm_id) from farm.membership
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;

create function farm.my_writable_farms() returns uuid[]
language sql stable security definer set search_path = pg_catalog, farm as $$
  select coalesce((select array_agg(farm_id) from farm.membership
                   where user_id = nullif(current_setting('app.user_id', true), '')::uuid and role <> 'viewer'), '{}')
      || coalesce(string_to_array(nullif(current_setting('app.farm_ids', true), ''), ',')::uuid[], '{}')
$$;

revoke execute on function farm.my_farms(), farm.my_writable_farms() from public;
grant execute on function farm.my_farms() to farm_app, genetics_app, research_app, processing_app;
grant execute on function farm.my_writable_farms() to farm_app;

alter table farm.farm enable row level security;
alter table farm.farm force row level security;
create policy tenant on farm.farm
  using (id = any ((select farm.my_farms())::uuid[]))
  with check (id = any ((select farm.my_farms())::uuid[]));

grant select, insert, update on farm.farm to farm_app;
grant select, insert, update, delete on farm.membership to farm_app;
