-- what a device sent, and what it was told: the same again is told the same, also when the first answer was lost
create table farm.mutation (
  farm_id uuid not null,
  device_id uuid not null,
  mutation_id uuid not null,
  sent_sha256 bytea not null check (length(sent_sha256) = 32),
  answer jsonb not null,
  sent_by uuid,
  received_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, device_id, mutation_id)
);
create index mutation_age on farm.mutation (farm_id, received_at);

-- fields of master data as they were and as they became. clock: a hybrid logical clock, milliseconds and a counter; it
-- says which of two values that nobody had seen together is the later one
create table farm.field_change (
  farm_id uuid not null,
  relation text not null,
  id uuid not null,
  field text not null,
  seq bigint not null,
  before jsonb,
  after jsonb,
  clock text not null check (clock ~ '^\d{13}-[0-9a-f]{4}$'),
  device_id uuid,
  changed_by uuid default nullif(current_setting('app.user_id', true), '')::uuid,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, relation, id, field, seq)
);

-- two devices said different things of one field, or one changed what the other deleted: both stay until a person has
-- looked. kept: what stands; other: what does not. One number on two animals is a conflict as long as it is disputed, and
-- has a row once that is settled
create table farm.conflict (
  farm_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('field', 'deleted', 'duplicate_identifier')),
  collection text not null,
  row_id uuid not null,
  field text,
  kept jsonb,
  other jsonb,
  kept_clock text,
  other_clock text,
  kept_by uuid,
  other_by uuid,
  device_id uuid,
  state text not null default 'open' check (state in ('open', 'settled')),
  choice text check (choice in ('kept', 'other')),
  settled_by uuid,
  settled_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, id),
  check ((state = 'settled') = (choice is not null))
);
create index conflict_open on farm.conflict (farm_id, id) where state = 'open';

do $$
declare name text;
begin
  foreach name in array array['mutation', 'field_change', 'conflict'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_removes on farm.mutation as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.conflict as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.mutation to farm_app;
grant select, insert on farm.field_change to farm_app;
grant select, insert, update on farm.conflict to farm_app;
select farm.number_changes('conflict');

-- the clock of the device that pushes, or that of the server; never behind what the field had
create function farm.keep_fields() returns trigger language plpgsql as $$
declare
  told text := nullif(current_setting('app.clock', true), '');
  now_at text := (extract(epoch from clock_timestamp()) * 1000)::bigint || '-0000';
begin
  insert into farm.field_change (farm_id, relation, id, field, seq, before, after, clock, device_id)
  select new.farm_id, tg_table_name, new.id, b.key, new.seq, b.value, a.value,
    greatest(coalesce(told, now_at), (select max(c.clock) from farm.field_change c
      where c.farm_id = new.farm_id and c.relation = tg_table_name and c.id = new.id and c.field = b.key)),
    nullif(current_setting('app.device_id', true), '')::uuid
  from jsonb_each(to_jsonb(old)) b join jsonb_each(to_jsonb(new)) a on a.key = b.key
  where b.key = any(tg_argv) and a.value is distinct from b.value;
  return null;
end $$;

-- fields: those that phones edit. Looked at row by row, and called for those that differ in one of them alone
create function farm.keep_fields_of(relation text, variadic fields text[]) returns void language plpgsql as $$
begin
  execute format('create trigger fields_kept after update on farm.%I for each row when ((%s) is distinct from (%s))
                  execute function farm.keep_fields(%s)', relation,
    (select string_agg(format('old.%I', name), ', ') from unnest(fields) as name),
    (select string_agg(format('new.%I', name), ', ') from unnest(fields) as name),
    (select string_agg(quote_literal(name), ', ') from unnest(fields) as name));
end $$;
revoke execute on function farm.keep_fields_of(text, text[]) from public;
select farm.keep_fields_of('animal', 'sex', 'fertility', 'birth_date', 'birth_date_confidence', 'birth_type', 'rear_type',
  'drop_year', 'birth_group', 'breeds');
select farm.keep_fields_of('animal_group', 'name', 'purpose', 'drop_year');
select farm.keep_fields_of('paddock', 'name');

-- a group that a device made and that nothing refers to can go again
create policy writer_removes on farm.animal_group as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant delete on farm.animal_group to farm_app;
