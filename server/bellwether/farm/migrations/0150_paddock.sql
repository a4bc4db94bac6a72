-- where animals can be: a paddock keeps its id and its name; each drawing of it is a version with a time of its own
create table farm.paddock (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  name text not null check (length(name) between 1 and 200),
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index paddock_name on farm.paddock (farm_id, lower(name));

-- period: from the beginning of valid_from to that of valid_to, by the clock of the farm when it was drawn.
-- No index of the geometry: row-level security lets no operator of PostGIS into an index, and a farm has some hundreds
create table farm.paddock_version (
  id uuid primary key,
  farm_id uuid not null,
  paddock_id uuid not null,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  period tstzrange not null check (not isempty(period) and lower(period) is not null),
  geometry public.geometry(MultiPolygon, 4326) not null check (public.st_isvalid(geometry)),
  area_ha float8 generated always as (public.st_area(geometry::public.geography) / 10000) stored check (area_ha > 0),
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id),
  foreign key (farm_id, paddock_id) references farm.paddock (farm_id, id),
  constraint paddock_version_once exclude using gist (paddock_id with =, period with &&)
);
create index paddock_version_of on farm.paddock_version (farm_id, paddock_id, valid_from);

do $$
declare name text;
begin
  foreach name in array array['paddock', 'paddock_version'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on farm.paddock, farm.paddock_version to farm_app;
