-- farms that agree to be evaluated together. Who is in it follows from the steps of each farm, one after the other, which
-- are only ever added to: of two who take the next step at once one finds it taken
create table genetics.agreement (
  id uuid primary key,
  farm_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  purpose text not null check (length(purpose) <= 2000),
  proposed_by uuid not null,
  proposed_at timestamptz not null default clock_timestamp()
);
create table genetics.agreement_step (
  agreement_id uuid not null references genetics.agreement,
  farm_id uuid not null,
  number int4 not null check (number > 0),
  kind text not null check (kind in ('invited', 'accepted', 'declined', 'left')),
  farm_name text,
  flock_ids uuid[] not null,
  taken_by uuid not null,
  taken_at timestamptz not null default clock_timestamp(),
  primary key (agreement_id, farm_id, number),
  check ((kind = 'accepted') = (cardinality(flock_ids) > 0)),
  check (kind <> 'accepted' or farm_name is not null)
);
create index agreement_step_farm on genetics.agreement_step (farm_id, agreement_id);
grant select, insert on genetics.agreement, genetics.agreement_step to genetics_app;

-- a farm says yes or no once it is asked, and may leave while it is in: no step goes before another that it needs
create function genetics.follow_step() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  before text := (select kind from genetics.agreement_step
                  where agreement_id = new.agreement_id and farm_id = new.farm_id and number = new.number - 1);
  proposer uuid := (select farm_id from genetics.agreement where id = new.agreement_id);
begin
  if (new.number = 1) <> (before is null)
     or (new.kind = 'invited' and before in ('invited', 'accepted'))
     or (new.kind = 'accepted' and before is distinct from 'invited' and before is distinct from 'accepted'
         and new.farm_id <> proposer)
     or (new.kind = 'declined' and before is distinct from 'invited')
     or (new.kind = 'left' and before is distinct from 'accepted') then
    raise exception 'a farm that is % cannot take the step %', coalesce(before, 'not asked'), new.kind
      using errcode = '55000';
  end if;
  return new;
end $$;
revoke execute on function genetics.follow_step() from public;
create trigger follow_step before insert on genetics.agreement_step
  for each row execute function genetics.follow_step();

create function genetics.keep_agreement() returns trigger language plpgsql as $$
begin
  raise exception 'an agreement and its steps are never changed or removed: take the next step' using errcode = '55000';
end $$;
create trigger keep_agreement before update or delete or truncate on genetics.agreement
  for each statement execute function genetics.keep_agreement();
create trigger keep_agreement_step before update or delete or truncate on genetics.agreement_step
  for each statement execute function genetics.keep_agreement();

-- the agreements that one of these farms is in, was in or is asked into; asked for the farms of the caller only
create function genetics.agreements_of(farms uuid[]) returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
  return array(select distinct agreement_id from genetics.agreement_step where farm_id = any (farms));
end $$;
revoke execute on function genetics.agreements_of(uuid[]) from public;
grant execute on function genetics.agreements_of(uuid[]) to genetics_app;

alter table genetics.agreement enable row level security;
alter table genetics.agreement force row level security;
alter table genetics.agreement_step enable row level security;
alter table genetics.agreement_step force row level security;
create policy functions on genetics.agreement for select to genetics_owner using (true);
create policy functions on genetics.agreement_step for select to genetics_owner using (true);
create policy of_its_farms on genetics.agreement for select to genetics_app
  using (id = any ((select genetics.agreements_of(farm.my_farms()))::uuid[]));
create policy of_its_farms on genetics.agreement_step for select to genetics_app
  using (agreement_id = any ((select genetics.agreements_of(farm.my_farms()))::uuid[]));
-- no job and no service takes a step for a farm: its owner does, and the owner of the farm that proposed asks others
create policy owner_proposes on genetics.agreement for insert to genetics_app
  with check (farm.my_role(farm_id) = 'owner');
create policy owner_steps on genetics.agreement_step for insert to genetics_app
  with check (kind <> 'invited' and farm.my_role(farm_id) = 'owner');
create policy proposer_invites on genetics.agreement_step for insert to genetics_app
  with check (kind = 'invited' and exists (
    select from genetics.agreement a where a.id = agreement_id and farm.my_role(a.farm_id) = 'owner'));
create policy writer_adds on genetics.agreement as restrictive for insert to genetics_app
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_adds on genetics.agreement_step as restrictive for insert to genetics_app
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]) or exists (
    select from genetics.agreement a
    where a.id = agreement_id and a.farm_id = any ((select farm.my_writable_farms())::uuid[])));

-- the farms that are in an agreement now, with the flocks that they have named
create function genetics.farms_of_agreement(agreement uuid) returns table (farm_id uuid, number int4, farm_name text, flock_ids uuid[])
language sql stable as $$
  select farm_id, number, farm_name, flock_ids from (
    select distinct on (s.farm_id) s.* from genetics.agreement_step s where s.agreement_id = agreement
    order by s.farm_id, s.number desc) newest
  where kind = 'accepted' order by farm_id
$$;
revoke execute on function genetics.farms_of_agreement(uuid) from public;
grant execute on function genetics.farms_of_agreement(uuid) to genetics_app;
