-- a corrected or repeated measurement supersedes the older one, which stays
create table farm.observation (
  id uuid primary key,
  farm_id uuid not null,
  flock_id uuid not null,
  animal_id uuid not null,
  trait text not null,
  stage text not null,
  value float8 not null check (value >= 0 and value < 1e9),
  unit text not null,
  raw_value text not null,
  raw_unit text not null,
  occurred_on date not null,
  occurred_time time,
  recorded_group text not null default '',
  age_days int4,
  contemporary_group text,
  state text not null default 'active' check (state in ('active', 'superseded')),
  supersedes uuid,
  source text not null check (source in ('api', 'import', 'device')),
  import_id uuid,
  import_row int4,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id),
  foreign key (farm_id, flock_id) references farm.flock (farm_id, id)
);
create unique index observation_current on farm.observation (farm_id, animal_id, trait, occurred_on)
  where state = 'active';
create index observation_flock on farm.observation (farm_id, flock_id, id) where state = 'active';
create index observation_import on farm.observation (farm_id, import_id, import_row) where import_id is not null;

-- own simplification of the lifetime key: earlier subgroups do not enter yet
create function farm.contemporary_group(
  flock_code text, drop_year int2, stage text, birth_group text, is_embryo_transfer boolean, recorded_group text
) returns text language sql immutable as $$
  select concat_ws('/', flock_code, drop_year::text, stage, 'b' || coalesce(nullif(birth_group, ''), '0'),
                   case when is_embryo_transfer then 'et' end,
                   case when stage <> 'B' then 'g' || coalesce(nullif(recorded_group, ''), '0') end)
  where drop_year is not null
$$;
revoke execute on function farm.contemporary_group(text, int2, text, text, boolean, text) from public;
grant execute on function farm.contemporary_group(text, int2, text, text, boolean, text) to farm_app;
grant select, insert, update on farm.observation to farm_app;
