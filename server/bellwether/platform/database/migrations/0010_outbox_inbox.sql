-- facts on their way out: written with the change itself, published by the relay, kept for replay
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null unique,
  type text not null,
  key text not null,
  key_version bigint not null,
  farm_id uuid,
  payload jsonb not null,
  headers jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
);
create index outbox_unpublished on outbox (id) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;
grant select, insert, update (published_at) on outbox to :app;

-- the upsert locks the key until commit, so that versions of one key follow the order of commits
create table outbox_key (
  key text primary key,
  version bigint not null
) with (fillfactor = 70);
grant select, insert, update on outbox_key to :app;

-- per statement: a notification per row would cost a third of the commits
create function outbox_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', tg_table_schema);
  return null;
end $$;
create trigger outbox_notify after insert on outbox for each statement execute function outbox_notify();

-- security definer: the services themselves may not delete facts
create function outbox_prune(keep interval) returns bigint
language sql security definer set search_path = :schema, pg_catalog as $$
  with gone as (delete from outbox where published_at < clock_timestamp() - keep returning 1) select count(*) from gone
$$;
revoke execute on function outbox_prune(interval) from public;
grant execute on function outbox_prune(interval) to :app;

-- which facts of others this service has taken in
create table inbox (
  consumer text not null,
  event_id uuid not null,
  at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index inbox_at on inbox (at);
grant select, insert, delete on inbox to :app;
