-- the id is that of its job: one thing to wait for, one thing to read
create table genetics.evaluation_run (
  id uuid primary key,
  farm_id uuid not null,
  flock_id uuid not null,
  requested_by uuid,
  asked_traits text[],
  reliability text not null check (reliability in ('auto', 'exact', 'none')),
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  fence bigint not null default 0,
  traits text[],
  model jsonb,
  variances jsonb,
  data_sha256 text check (data_sha256 ~ '^[0-9a-f]{64}$'),
  input_sha256 text,
  engine_version text,
  seed bigint,
  convergence jsonb,
  counts jsonb,
  verdicts jsonb,
  fixed jsonb,
  error jsonb,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  data_as_of timestamptz,
  finished_at timestamptz,
  unique (farm_id, id),
  check (state <> 'succeeded' or (traits is not null and model is not null and variances is not null
         and data_sha256 is not null and engine_version is not null and finished_at is not null)),
  check (state <> 'failed' or error is not null)
);
create index evaluation_run_flock on genetics.evaluation_run (farm_id, flock_id, id desc);
grant select, insert, update on genetics.evaluation_run to genetics_app;

-- a retry of the job reopens a failed or cancelled run under a higher fence; a succeeded run is closed for ever
create function genetics.keep_evaluation_run() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state <> 'succeeded'
     and (new.id, new.farm_id, new.flock_id, new.created_at) = (old.id, old.farm_id, old.flock_id, old.created_at)
     and (old.state in ('queued', 'running') or (new.state = 'running' and new.fence > old.fence)) then
    return new;
  end if;
  raise exception 'a finished evaluation run is never changed or removed' using errcode = '55000';
end $$;
create trigger keep_evaluation_run before update or delete on genetics.evaluation_run
  for each row execute function genetics.keep_evaluation_run();
create trigger keep_evaluation_runs before truncate on genetics.evaluation_run
  for each statement execute function genetics.keep_evaluation_run();

create table genetics.flock_state (
  flock_id uuid primary key,
  farm_id uuid not null,
  stale_since timestamptz,
  stale_reason uuid,
  marked_at timestamptz,
  last_run_id uuid,
  foreign key (farm_id, last_run_id) references genetics.evaluation_run (farm_id, id)
);
create index flock_state_farm on genetics.flock_state (farm_id);
grant select, insert, update on genetics.flock_state to genetics_app;
