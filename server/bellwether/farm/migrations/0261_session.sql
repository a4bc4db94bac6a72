-- what a day in the yards records, entered once: a template says which traits and fields, a session is one day of it.
-- Events and weights are linked to it by the session_id that they carry, and by mob, traits and day
create table farm.session_template (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('weigh', 'yard', 'draft')),
  traits text[] not null,
  fields jsonb not null check (jsonb_typeof(fields) = 'array'),
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index session_template_name on farm.session_template (farm_id, lower(name));

create table farm.yard_session (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  template_id uuid,
  kind text not null check (kind in ('weigh', 'yard', 'draft')),
  name text not null check (length(name) between 1 and 200),
  held_on date not null,
  operator text check (length(operator) between 1 and 100),
  devices text[] not null,
  group_id uuid,
  traits text[] not null,
  fields jsonb not null check (jsonb_typeof(fields) = 'object'),
  closed_at timestamptz,
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, group_id) references farm.animal_group (farm_id, id)
);
create index yard_session_farm on farm.yard_session (farm_id, held_on, id);

do $$
declare name text;
begin
  foreach name in array array['session_template', 'yard_session'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_removes on farm.session_template as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.yard_session as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.session_template to farm_app;
grant select, insert, update on farm.yard_session to farm_app;
