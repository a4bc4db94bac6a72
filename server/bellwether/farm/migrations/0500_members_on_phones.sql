-- who is on a farm and as what, for phones: by a membership of the farm, or of an organisation that has it. The rows
-- follow from those tables, whoever writes them, and stay when somebody leaves: phones are told by left_at that they went
create table farm.farm_member (
  farm_id uuid not null references farm.farm deferrable initially deferred,
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  organisation_id uuid,
  role text not null check (role in ('owner', 'worker', 'viewer')),
  granted_at timestamptz not null,
  ends_at timestamptz,
  left_at timestamptz,
  primary key (farm_id, id),
  unique nulls not distinct (farm_id, user_id, organisation_id)
);
alter table farm.farm_member enable row level security;
alter table farm.farm_member force row level security;
create policy co_member on farm.farm_member for select to farm_app
  using (farm_id = any ((select farm.my_farms())::uuid[]));
create policy functions on farm.farm_member to farm_owner using (true) with check (true);
grant select on farm.farm_member to farm_app;
select farm.number_changes('farm_member');

-- under the farm's lock, which is taken here as writers of memberships do not hold it: numbers stay in their order
create function farm.follow_member(farm uuid, who uuid, organisation uuid) returns void
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(farm::text, 11));
  insert into farm.farm_member as f (farm_id, user_id, organisation_id, role, granted_at, ends_at)
  select farm, who, null::uuid, m.role, m.granted_at, m.ends_at from farm.membership m
  where organisation is null and m.farm_id = farm and m.user_id = who
  union all
  select farm, who, organisation, m.role, greatest(m.granted_at, o.added_at), m.ends_at
  from farm.organisation_member m join farm.organisation_farm o using (organisation_id)
  where organisation_id = organisation and o.farm_id = farm and m.user_id = who
  on conflict (farm_id, user_id, organisation_id) do update
    set role = excluded.role, granted_at = excluded.granted_at, ends_at = excluded.ends_at, left_at = null;
  if not found then
    update farm.farm_member set left_at = clock_timestamp()
    where farm_id = farm and user_id = who and organisation_id is not distinct from organisation and left_at is null;
  end if;
end $$;
create function farm.members_follow() returns trigger
language plpgsql security definer set search_path = pg_catalog, farm as $$
declare changed record := case when tg_op = 'DELETE' then old else new end;
begin
  if tg_table_name = 'membership' then
    perform farm.follow_member(changed.farm_id, changed.user_id, null);
  elsif tg_table_name = 'organisation_member' then
    -- one lock after another, always in this order
    perform farm.follow_member(o.farm_id, changed.user_id, changed.organisation_id)
    from (select farm_id from farm.organisation_farm where organisation_id = changed.organisation_id
          order by farm_id) o;
  else
    perform farm.follow_member(changed.farm_id, m.user_id, changed.organisation_id)
    from farm.organisation_member m where m.organisation_id = changed.organisation_id;
  end if;
  return null;
end $$;
revoke execute on function farm.follow_member(uuid, uuid, uuid), farm.members_follow() from public;

do $$
declare name text;
begin
  foreach name in array array['membership', 'organisation_member', 'organisation_farm'] loop
    execute format('create trigger members_follow after insert or update or delete on farm.%I
                    for each row execute function farm.members_follow()', name);
  end loop;
end $$;

insert into farm.farm_member (farm_id, user_id, role, granted_at, ends_at)
select farm_id, user_id, role, granted_at, ends_at from farm.membership;
insert into farm.farm_member (farm_id, user_id, organisation_id, role, granted_at, ends_at)
select o.farm_id, m.user_id, organisation_id, m.role, greatest(m.granted_at, o.added_at), m.ends_at
from farm.organisation_member m join farm.organisation_farm o using (organisation_id);
