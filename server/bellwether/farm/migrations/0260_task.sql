-- what is to be done. Tasks that follow from events are computed when they are asked for, so a correction of the event is
-- one of the task; kept is only what people say of them: done, put off, given to somebody. Their ids are made of the rule
-- and of `place`, the number of the first event of the chain of corrections
create table farm.task (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  rule text check (length(rule) between 1 and 40),
  place bigint,
  title text check (length(title) between 1 and 200),
  due_on date,
  note text check (length(note) between 1 and 2000),
  assigned_to uuid,
  snoozed_until date,
  done_on date,
  done_by uuid,
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, rule, place),
  check ((rule is null) = (place is null)),
  check (rule is not null or (title is not null and due_on is not null))
);
create index task_own on farm.task (farm_id, due_on) where rule is null;

-- how many days after which event something is to be done; what a farm has not set is what is usual
create table farm.task_rule (
  farm_id uuid not null references farm.farm,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  kind text not null check (length(kind) between 1 and 60),
  title text not null check (length(title) between 1 and 200),
  days int not null check (days between -400 and 4000),
  is_on boolean not null,
  primary key (farm_id, name)
);

-- a calendar asks for tasks with nothing but an address: the secret in it is stored as its hash
create table farm.calendar_feed (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  user_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  secret_sha256 bytea not null unique check (length(secret_sha256) = 32),
  created_at timestamptz not null default clock_timestamp()
);
create index calendar_feed_farm on farm.calendar_feed (farm_id, id);

do $$
declare name text;
begin
  foreach name in array array['task', 'task_rule', 'calendar_feed'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
  end loop;
  foreach name in array array['task', 'task_rule'] loop
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
-- each member has feeds of their own; owners see whose there are, and can end them
create policy own on farm.calendar_feed to farm_app
  using ((user_id = nullif(current_setting('app.user_id', true), '')::uuid
          and farm_id = any ((select farm.my_farms())::uuid[]))
         or farm_id = any ((select farm.my_owned_farms())::uuid[]))
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid
              and farm_id = any ((select farm.my_farms())::uuid[]));
grant select, insert, update, delete on farm.task to farm_app;
grant select, insert, delete on farm.task_rule, farm.calendar_feed to farm_app;

-- whoever holds the secret is nobody: this function is the only way from it to the member whose tasks it shows
create policy functions on farm.calendar_feed for select to farm_owner using (true);
create function farm.feed_of(secret bytea) returns table (farm_id uuid, user_id uuid)
language sql stable security definer set search_path = pg_catalog, farm as $$
  select f.farm_id, f.user_id from farm.calendar_feed f
  where f.secret_sha256 = secret and exists (
    select from farm.membership m where m.user_id = f.user_id and m.farm_id = f.farm_id
      and (m.ends_at is null or m.ends_at > statement_timestamp()))
$$;
revoke execute on function farm.feed_of(bytea) from public;
grant execute on function farm.feed_of(bytea) to farm_app;
