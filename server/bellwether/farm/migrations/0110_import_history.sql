-- an import is previewed, committed, taken up again after a fall, and undone. Its key is file, options, kind and flock,
-- as long as it stands: one that was undone or cancelled makes room for the next
alter table farm.import_batch
  add column state text not null default 'received'
    check (state in ('received', 'previewed', 'committing', 'committed', 'undone', 'cancelled')),
  add column options jsonb not null default '{}',
  add column options_sha256 text not null default encode(sha256('{}'), 'hex'),
  add column taken_to int4 not null default 0,
  add column runs int4 not null default 1,
  add column faults jsonb not null default '{}',
  add column warnings jsonb not null default '{}',
  add column told jsonb not null default '[]',
  add column has_history boolean not null default true,
  add column undone_at timestamptz,
  drop constraint import_batch_farm_id_kind_sha256_key;

-- what was imported before has no history: it stands, and cannot be undone
alter table farm.import_batch no force row level security;
update farm.import_batch set has_history = false, state = case when finished_at is null then 'received' else 'committed' end,
  rows_in = coalesce(rows_in, 0), rows_accepted = coalesce(rows_accepted, 0), rows_rejected = coalesce(rows_rejected, 0),
  verdicts = coalesce(verdicts, '{}');
alter table farm.import_batch force row level security;
alter table farm.import_batch
  alter column rows_in set default 0, alter column rows_in set not null,
  alter column rows_accepted set default 0, alter column rows_accepted set not null,
  alter column rows_rejected set default 0, alter column rows_rejected set not null,
  alter column verdicts set default '{}', alter column verdicts set not null;
create unique index import_batch_key on farm.import_batch (farm_id, sha256, kind, flock_id, options_sha256)
  where state not in ('undone', 'cancelled');

-- a row is written once, with its verdict; what waited half-read is gone
alter table farm.import_row no force row level security;
delete from farm.import_row where verdict is null;
alter table farm.import_row force row level security;
alter table farm.import_row drop column parsed, add column findings jsonb not null default '[]';

-- whose import a transaction is of; empty for everybody else, `undo` while one is taken back
create function farm.current_import() returns uuid language sql stable as $$
  select nullif(nullif(current_setting('app.import_id', true), ''), 'undo')::uuid
$$;
alter table farm.identifier add column import_id uuid default farm.current_import();
alter table farm.animal add column last_import_id uuid default farm.current_import();
create index identifier_import on farm.identifier (farm_id, import_id) where import_id is not null;
create index animal_import on farm.animal (farm_id, import_id) where import_id is not null;
create index parent_claim_import on farm.parent_claim (farm_id, import_id) where import_id is not null;
-- whether an animal can go is asked for each of its tables
create index observation_animal on farm.observation (farm_id, animal_id);

-- which columns an import changed in rows that it did not make: as they were before it, and as it left them
create table farm.import_change (
  farm_id uuid not null,
  import_id uuid not null,
  relation text not null check (relation in ('animal', 'identifier', 'parent_claim', 'observation')),
  id uuid not null,
  before jsonb not null,
  after jsonb not null,
  primary key (farm_id, import_id, relation, id),
  foreign key (farm_id, import_id) references farm.import_batch (farm_id, id)
);
alter table farm.import_change enable row level security;
alter table farm.import_change force row level security;
create policy tenant on farm.import_change using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));

-- in the database, so that no writer of these tables can forget it; a statement without an import costs one look
create function farm.remember_change() returns trigger language plpgsql as $$
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
    where a.value is distinct from b.value and b.key not in ('rev', 'updated_at')
  ) d
  where d.before is not null
  on conflict (farm_id, import_id, relation, id)
    do update set before = excluded.before || c.before, after = c.after || excluded.after;
  return null;
end $$;

create function farm.remember_writer() returns trigger language plpgsql as $$
begin
  if current_setting('app.import_id', true) is distinct from 'undo' then
    new.last_import_id := farm.current_import();
  end if;
  return new;
end $$;
create trigger last_writer before update on farm.animal for each row execute function farm.remember_writer();

do $$
declare name text;
begin
  foreach name in array array['animal', 'identifier', 'parent_claim', 'observation'] loop
    execute format('create trigger remember_change after update on farm.%I
                    referencing old table as before_rows new table as after_rows
                    for each statement execute function farm.remember_change()', name);
  end loop;
  foreach name in array array['animal', 'identifier', 'parent_claim', 'observation', 'import_row'] loop
    execute format('grant delete on farm.%I to farm_app', name);
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update, delete on farm.import_change to farm_app;
