create table job (
  id uuid primary key,
  kind text not null,
  owner_id uuid,
  farm_id uuid,
  key text,
  payload jsonb not null,
  payload_sha256 bytea not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  progress float8 not null default 0 check (progress between 0 and 1),
  stage text not null default '',
  log jsonb not null default '[]',
  result jsonb,
  error jsonb,
  attempt int4 not null default 1,
  dispatched int4 not null default 0,
  starts int4 not null default 0,
  fence bigint not null default 0,
  cancel_requested boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  request_id text not null default '',
  traceparent text not null default '',
  rev bigint not null default 1,
  constraint job_belongs_to_somebody check (owner_id is not null or farm_id is not null)
);
create unique index job_key on job (kind, coalesce(owner_id, farm_id), key) where key is not null;
create index job_farm on job (farm_id, created_at desc);
create index job_owner on job (owner_id, created_at desc);
create index job_unfinished on job (created_at) where state in ('queued', 'running');

alter table job enable row level security;
alter table job force row level security;
create policy mine_or_my_farms on job to :app
  using (owner_id = nullif(current_setting('app.user_id', true), '')::uuid
         or farm_id = any ((select farm.my_farms())::uuid[]))
  with check (owner_id = nullif(current_setting('app.user_id', true), '')::uuid
              or farm_id = any ((select farm.my_farms())::uuid[]));
create policy dispatcher on job to :owner using (true) with check (true);
grant select, insert, update on job to :app;

create function job_bump() returns trigger language plpgsql as $$
begin
  new.rev := old.rev + 1;
  return new;
end $$;
create trigger job_bump before update on job for each row execute function job_bump();

create function job_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('job', tg_table_schema);
  return null;
end $$;
create trigger job_notify_new after insert on job for each statement execute function job_notify();
create trigger job_notify_again after update on job for each row
  when (new.state = 'queued' and old.state <> 'queued') execute function job_notify();

-- the worker acts for everybody's jobs here and nowhere else: these functions run as the owner, whose policy sees all
create function jobs_waiting(at_most int4)
returns table (id uuid, kind text, attempt int4, owner_id uuid, farm_id uuid)
language sql stable security definer set search_path = :schema, pg_catalog as $$
  select id, kind, attempt, owner_id, farm_id from job
  where state = 'queued' and dispatched < attempt order by created_at limit at_most
$$;
create function job_dispatched(job_id uuid, job_attempt int4) returns void
language sql security definer set search_path = :schema, pg_catalog as $$
  update job set dispatched = job_attempt where id = job_id and dispatched < job_attempt
$$;
create function job_counts() returns table (state text, n bigint, oldest timestamptz)
language sql stable security definer set search_path = :schema, pg_catalog as $$
  select state, count(*), min(created_at) from job group by state
$$;
revoke execute on function jobs_waiting(int4), job_dispatched(uuid, int4), job_counts() from public;
grant execute on function jobs_waiting(int4), job_dispatched(uuid, int4), job_counts() to :app;
