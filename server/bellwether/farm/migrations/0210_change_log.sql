-- what phones see is numbered in the order of its commits: a reader who has all up to a number asks for what is above it.
-- Numbers are taken under the farm's lock, which is held to the commit, so none becomes visible below one that was read
create table farm.tombstone (
  farm_id uuid not null,
  seq bigint not null default nextval('farm.change_seq'),
  relation text not null,
  id uuid not null,
  deleted_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, seq)
);
create index tombstone_of on farm.tombstone (farm_id, relation, id);

-- up to which number tombstones were cleared away: who has read less has to read everything anew
create table farm.change_horizon (
  farm_id uuid primary key,
  seq bigint not null
);

do $$
declare name text;
begin
  foreach name in array array['tombstone', 'change_horizon'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_removes on farm.tombstone as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.change_horizon as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.tombstone to farm_app;
grant select, insert, update on farm.change_horizon to farm_app;

-- what changed nothing is no change
create function farm.number_change() returns trigger language plpgsql as $$
begin
  if new is distinct from old then
    new.seq := nextval('farm.change_seq');
  end if;
  return new;
end $$;

create function farm.bury() returns trigger language plpgsql as $$
begin
  insert into farm.tombstone (farm_id, relation, id) select farm_id, tg_table_name, id from written;
  return null;
end $$;

-- a table with farm_id and id whose rows phones see; a new one asks for it in its own migration.
-- Whoever repairs by hand as an administrator is trusted to do so while nobody writes
create function farm.number_changes(relation text) returns void language plpgsql as $$
begin
  execute format('alter table farm.%I add column seq bigint not null default nextval(''farm.change_seq'')', relation);
  execute format('create index %I on farm.%I (farm_id, seq)', relation || '_seq', relation);
  execute format('create trigger numbered before update on farm.%I
                  for each row execute function farm.number_change()', relation);
  execute format('create trigger held_adding after insert on farm.%I referencing new table as written
                  for each statement when (current_user = ''farm_app'') execute function farm.held_by_one_writer()', relation);
  execute format('create trigger held_changing after update on farm.%I referencing new table as written
                  for each statement when (current_user = ''farm_app'') execute function farm.held_by_one_writer()', relation);
  execute format('create trigger held_removing after delete on farm.%I referencing old table as written
                  for each statement when (current_user = ''farm_app'') execute function farm.held_by_one_writer()', relation);
  execute format('create trigger buried after delete on farm.%I referencing old table as written
                  for each statement execute function farm.bury()', relation);
end $$;
revoke execute on function farm.number_changes(text) from public;

do $$
declare name text;
begin
  foreach name in array array['flock', 'location', 'paddock', 'paddock_version', 'animal_group', 'animal', 'identifier',
                              'parent_claim', 'observation'] loop
    perform farm.number_changes(name);
  end loop;
end $$;

-- the number of a change is no content
create or replace function farm.remember_change() returns trigger language plpgsql as $$
declare import uuid := farm.current_import();
begin
  if import is null then
    return null;
  end if;
  insert into farm.import_change as c (farm_id, import_id, relation, id, before, after)
  select n.farm_id, import, tg_table_name, n.id, d.before, d.after
  from before_rows o join after_rows n on n.id = o.id
  cross join lateral (
    select jsonb_object_agg(b.key, b.value) as before, jsonb_object_agg(b.key, a.value) as after
    from jsonb_each(to_jsonb(o)) b join jsonb_each(to_jsonb(n)) a on a.key = b.key
    where a.value is distinct from b.value and b.key not in ('rev', 'seq', 'updated_at')
  ) d
  where d.before is not null
  on conflict (farm_id, import_id, relation, id)
    do update set before = excluded.before || c.before, after = c.after || excluded.after;
  return null;
end $$;
