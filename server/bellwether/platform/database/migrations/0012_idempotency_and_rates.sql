create table idempotency_key (
  user_id uuid not null,
  key text not null,
  body_sha256 bytea not null,
  status int4 not null,
  headers jsonb not null,
  answer bytea not null,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;
create policy own on idempotency_key
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert on idempotency_key to :app;

-- tokens left in each caller's bucket; empty after a crash means full buckets
create unlogged table rate_bucket (
  k text primary key,
  tokens float8 not null,
  at timestamptz not null
);
grant select, insert, update, delete on rate_bucket to :app;
