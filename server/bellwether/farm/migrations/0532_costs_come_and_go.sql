-- whoever stops owning a farm sees its costs no longer, and whoever begins to sees them from then on: their phones are
-- told of every cost once more, as gone or as it is
create table farm.cost_sight (
  farm_id uuid not null references farm.farm deferrable initially deferred,
  user_id uuid not null,
  id uuid not null,
  seq bigint not null default nextval('farm.change_seq'),
  primary key (farm_id, user_id, id)
);
create index cost_sight_seq on farm.cost_sight (farm_id, user_id, seq);
-- which events those are, without what they say
create table farm.cost_event (
  farm_id uuid not null references farm.farm deferrable initially deferred,
  id uuid not null,
  primary key (farm_id, id)
);
do $$
declare name text;
begin
  foreach name in array array['cost_sight', 'cost_event'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy functions on farm.%I to farm_owner using (true) with check (true)', name);
  end loop;
end $$;
create policy own on farm.cost_sight for select to farm_app
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid
         and farm_id = any ((select farm.my_farms())::uuid[]));
create policy owner on farm.cost_event for select to farm_app
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select on farm.cost_sight, farm.cost_event to farm_app;

alter table farm.event no force row level security;
insert into farm.cost_event (farm_id, id) select farm_id, id from farm.event where kind = 'cost.recorded';
alter table farm.event force row level security;
create function farm.note_cost() returns trigger
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  insert into farm.cost_event (farm_id, id) values (new.farm_id, new.id);
  return null;
end $$;
create trigger cost_noted after insert on farm.event
  for each row when (new.kind = 'cost.recorded') execute function farm.note_cost();

-- whoever changes a membership holds the farm's lock: numbers stay in their order
create function farm.costs_come_and_go() returns trigger
language plpgsql security definer set search_path = pg_catalog, farm as $$
declare
  had boolean := tg_op = 'UPDATE' and old.role = 'owner' and old.left_at is null;
begin
  if had is distinct from (new.role = 'owner' and new.left_at is null) then
    insert into farm.cost_sight as c (farm_id, user_id, id)
    select new.farm_id, new.user_id, e.id from farm.cost_event e where e.farm_id = new.farm_id order by e.id
    on conflict (farm_id, user_id, id) do update set seq = excluded.seq;
  end if;
  return null;
end $$;
revoke execute on function farm.note_cost(), farm.costs_come_and_go() from public;
create trigger costs_come_and_go after insert or update on farm.farm_member
  for each row execute function farm.costs_come_and_go();
