-- animals that are run, analysed or drafted together; where groups and animals stood. Memberships and placements follow
-- from the log, as stays do
create table farm.animal_group (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  name text not null check (length(name) between 1 and 200),
  type text not null check (type in ('physical', 'logical', 'planned')),
  purpose text,
  drop_year int2 check (drop_year between 1900 and 2200),
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id),
  unique (id, type)
);
create unique index animal_group_name on farm.animal_group (farm_id, lower(name));

alter table farm.event add column group_id uuid;
alter table farm.event add foreign key (farm_id, group_id) references farm.animal_group (farm_id, id);
create index event_group on farm.event (group_id, seq) where group_id is not null;

create table farm.group_member (
  farm_id uuid not null,
  group_id uuid not null,
  type text not null,
  animal_id uuid not null,
  during tstzrange not null check (not isempty(during)),
  primary key (farm_id, group_id, animal_id, during),
  foreign key (farm_id, group_id) references farm.animal_group (farm_id, id),
  foreign key (group_id, type) references farm.animal_group (id, type),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) on delete cascade,
  constraint group_member_once exclude using gist (animal_id with =, group_id with =, during with &&),
  constraint group_member_in_one_mob exclude using gist (animal_id with =, during with &&) where (type = 'physical')
);
create index group_member_now on farm.group_member (farm_id, group_id, animal_id) where upper_inf(during);
create index group_member_animal on farm.group_member (farm_id, animal_id);

-- the drawing of the paddock is true for the whole placement: its period stands in the row, kept by the foreign key
alter table farm.paddock_version add constraint paddock_version_period unique (id, period);
create table farm.placement (
  farm_id uuid not null,
  id uuid primary key default gen_random_uuid(),
  group_id uuid,
  animal_id uuid,
  paddock_id uuid not null,
  version_id uuid not null,
  period tstzrange not null,
  during tstzrange not null check (not isempty(during)),
  check (num_nonnulls(group_id, animal_id) = 1),
  constraint placement_in_a_drawing check (during <@ period),
  foreign key (version_id, period) references farm.paddock_version (id, period) on update cascade,
  foreign key (farm_id, version_id) references farm.paddock_version (farm_id, id),
  foreign key (farm_id, paddock_id) references farm.paddock (farm_id, id),
  foreign key (farm_id, group_id) references farm.animal_group (farm_id, id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) on delete cascade,
  constraint placement_of_group exclude using gist (group_id with =, during with &&),
  constraint placement_of_animal exclude using gist (animal_id with =, during with &&)
);
create index placement_paddock on farm.placement (farm_id, paddock_id);
create index placement_group on farm.placement (farm_id, group_id) where group_id is not null;
create index placement_own on farm.placement (farm_id, animal_id) where animal_id is not null;

-- how much feed one head asks for, in dry sheep equivalents; what a farm has not set is what is usual
create table farm.dse_rating (
  farm_id uuid not null references farm.farm,
  class text not null check (class in ('lamb', 'hogget', 'ewe', 'ram', 'wether', 'unknown')),
  rating float8 not null check (rating >= 0 and rating <= 20),
  primary key (farm_id, class)
);

do $$
declare name text;
begin
  foreach name in array array['animal_group', 'group_member', 'placement', 'dse_rating'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['animal_group', 'dse_rating'] loop
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['group_member', 'placement', 'dse_rating'] loop
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on farm.animal_group to farm_app;
grant select, insert, delete on farm.group_member, farm.placement to farm_app;
grant select, insert, update, delete on farm.dse_rating to farm_app;
