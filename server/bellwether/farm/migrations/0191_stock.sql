-- head of stock without tags: how many of which class are in a group follows from the log. A class is what the farm
-- counts together: a window of age with a sex and a fertility; of several that fit the first counts
create table farm.stock_class (
  farm_id uuid not null references farm.farm,
  code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null check (length(name) between 1 and 200),
  position int2 not null,
  sex text check (sex in ('male', 'female')),
  neutered boolean,
  from_days int4 check (from_days >= 0),
  to_days int4 check (to_days > 0),
  primary key (farm_id, code),
  unique (farm_id, position),
  check (from_days < to_days)
);

-- change: how many more there are in the group from then on. What moves from one group to another is no flow of the farm
create table farm.stock_change (
  farm_id uuid not null,
  id bigint generated always as identity,
  event_id uuid not null,
  group_id uuid not null,
  stock_class text not null,
  flow text not null check (flow in ('births', 'arrivals', 'class_in', 'deaths', 'departures', 'class_out', 'moved')),
  type text not null,
  change int4 not null check (change <> 0),
  occurred_on date not null,
  at timestamptz not null,
  place bigint not null,
  primary key (farm_id, id),
  foreign key (farm_id, event_id) references farm.event (farm_id, id),
  foreign key (farm_id, group_id) references farm.animal_group (farm_id, id)
);
create index stock_change_group on farm.stock_change (farm_id, group_id);

do $$
declare name text;
begin
  foreach name in array array['stock_class', 'stock_change'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, delete on farm.stock_class, farm.stock_change to farm_app;
