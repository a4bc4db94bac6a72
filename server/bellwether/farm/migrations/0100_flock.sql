create table farm.flock (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  name text not null check (length(name) between 1 and 200),
  code text not null check (length(code) between 1 and 40),
  breed_code text,
  recording_scheme text not null default 'none' check (recording_scheme in ('SG', 'NSIP', 'SIL', 'none')),
  rev bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index flock_code on farm.flock (farm_id, lower(code));
grant select, insert, update on farm.flock to farm_app;
