-- what happened on a farm: typed, append-only; a correction supersedes, and the state of everything follows from it.
-- By farm and not by month: a device repeats an event under its own id, so (farm_id, id) must be unique, and every
-- query names its farm, so it reads one partition
create sequence farm.change_seq start 1000;
grant usage on sequence farm.change_seq to farm_app;

-- seq: the order in which events of one farm were committed. place: seq of the first of a chain of corrections.
-- occurred_on and occurred_time are the farm's own as they were written, in the zone tz: a day is never shifted
create table farm.event (
  farm_id uuid not null references farm.farm,
  id uuid not null,
  seq bigint not null default nextval('farm.change_seq'),
  place bigint not null,
  kind text not null check (kind ~ '^[a-z]+\.[a-z_]+$'),
  version int2 not null,
  animal_id uuid,
  occurred_on date not null,
  occurred_time time,
  tz text not null,
  device_time timestamptz,
  device_id text,
  session_id uuid,
  import_id uuid default farm.current_import(),
  supersedes uuid,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  sent_sha256 bytea not null check (length(sent_sha256) = 32),
  source text not null check (source in ('api', 'import', 'device')),
  recorded_by uuid,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, id),
  unique (farm_id, supersedes),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id),
  foreign key (farm_id, supersedes) references farm.event (farm_id, id),
  check (supersedes <> id)
) partition by hash (farm_id);
create index event_seq on farm.event (farm_id, seq);
create index event_animal on farm.event (animal_id, seq);

-- how long an animal was on the farm, from its events. It has none as long as nothing came or went: then it is here
-- since its birth. arrived_on null: since its birth; left_on null: it still is
create table farm.stay (
  farm_id uuid not null,
  animal_id uuid not null,
  number int2 not null check (number > 0),
  arrived_on date,
  left_on date check (left_on >= arrived_on),
  primary key (farm_id, animal_id, number),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) on delete cascade,
  constraint stay_once exclude using gist (animal_id with =, daterange(arrived_on, left_on) with &&)
);
alter table farm.animal
  add column fate text not null default 'alive'
    check (fate in ('alive', 'sold', 'dead', 'culled', 'lost', 'grazing_off', 'in_transit')),
  add column fate_on date,
  add constraint animal_fate_has_day check ((fate = 'alive') or fate_on is not null);

do $$
declare name text;
begin
  for part in 0..15 loop
    name := 'event_' || part;
    execute format('create table farm.%I partition of farm.event for values with (modulus 16, remainder %s)', name, part);
    -- nobody reads a partition but through the whole
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
  end loop;
  foreach name in array array['event', 'stay'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_removes on farm.stay as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert on farm.event to farm_app;
grant select, insert, delete on farm.stay to farm_app;

-- numbers are taken under the farm's lock, which is held to the commit, so they become visible in their order; a writer
-- that does not hold it would hide its events from everybody who has read further by then
create function farm.held_by_one_writer() returns trigger language plpgsql as $$
begin
  if exists (select from written where farm_id::text is distinct from current_setting('app.one_writer', true)) then
    raise lock_not_available using message = 'the writer of an event does not hold the lock of its farm';
  end if;
  return null;
end $$;
create trigger held after insert on farm.event referencing new table as written
  for each statement execute function farm.held_by_one_writer();
