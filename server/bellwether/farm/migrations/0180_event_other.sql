-- animals that an event names beside its subject: ewes and rams of a joining, lambs of a lambing. As in the log itself an
-- animal stays the one of which it was told; what was merged is the animal into which it was
create table farm.event_other (
  farm_id uuid not null,
  event_id uuid not null,
  seq bigint not null,
  animal_id uuid not null,
  role text not null check (role ~ '^[a-z_]+$'),
  present boolean not null,
  primary key (farm_id, event_id, animal_id, role),
  -- at the commit: an animal that is born by an event is stored when the log is
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) deferrable initially deferred,
  foreign key (farm_id, event_id) references farm.event (farm_id, id)
) partition by hash (farm_id);
create index event_other_animal on farm.event_other (animal_id, seq);
create index event_kind on farm.event (farm_id, kind, seq);
create index event_session on farm.event (session_id, seq) where session_id is not null;

do $$
declare name text;
begin
  for part in 0..15 loop
    name := 'event_other_' || part;
    execute format('create table farm.%I partition of farm.event_other for values with (modulus 16, remainder %s)',
                   name, part);
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
  end loop;
end $$;
alter table farm.event_other enable row level security;
alter table farm.event_other force row level security;
create policy tenant on farm.event_other using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.event_other as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert on farm.event_other to farm_app;
