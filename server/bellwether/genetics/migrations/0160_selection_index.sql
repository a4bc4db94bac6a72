-- an index is its weights: another set of weights under the same name is its next version, and none is ever changed
create table genetics.selection_index (
  id uuid primary key,
  farm_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  version int4 not null check (version > 0),
  currency text check (currency ~ '^[A-Z]{3}$'),
  note text check (length(note) between 1 and 2000),
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index selection_index_version on genetics.selection_index (farm_id, lower(name), version desc);
create index selection_index_farm on genetics.selection_index (farm_id, id desc);

create table genetics.selection_index_weight (
  farm_id uuid not null,
  index_id uuid not null,
  trait text not null references genetics.trait,
  weight float8 not null check (weight <> 0 and weight > '-infinity' and weight < 'infinity'),
  primary key (farm_id, index_id, trait),
  foreign key (farm_id, index_id) references genetics.selection_index (farm_id, id)
);
grant select, insert on genetics.selection_index, genetics.selection_index_weight to genetics_app;

create function genetics.keep_selection_index() returns trigger language plpgsql as $$
begin
  raise exception 'a version of an index is never changed or removed: make a new one' using errcode = '55000';
end $$;

do $$
declare name text;
begin
  foreach name in array array['selection_index', 'selection_index_weight'] loop
    execute format('create trigger keep_%1$s before update or delete or truncate on genetics.%1$I
                    for each statement execute function genetics.keep_selection_index()', name);
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
