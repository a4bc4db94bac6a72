-- what a farm measures beyond the dictionary. Every code begins with X, with which none of the dictionary begins, so a
-- later dictionary cannot take one away; what has records is ended and not deleted
create table farm.own_trait (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  code text not null check (code ~ '^X[A-Z0-9]{1,19}$'),
  name text not null check (length(name) between 1 and 200),
  name_key text not null,
  kind text not null check (kind in ('number', 'score', 'category', 'yes_no')),
  unit text not null check (length(unit) between 1 and 20),
  stage text not null check (stage in ('-', 'B', 'W', 'P', 'Y', 'H', 'A')),
  description text not null,
  words text[] not null,
  hard_low float8 not null check (hard_low >= 0),
  hard_high float8 not null check (hard_high > hard_low and hard_high < 1e9),
  soft_low float8 not null check (soft_low >= hard_low),
  soft_high float8 not null check (soft_high >= soft_low and soft_high <= hard_high),
  decimals int2 not null check (decimals between 0 and 6),
  window_first int4 check (window_first >= 0),
  window_last int4 check (window_last >= window_first),
  reference_age_days int4 check (reference_age_days >= 0),
  heritability float8 check (heritability > 0 and heritability < 1),
  phenotypic_variance float8 check (phenotypic_variance > 0),
  may_record text not null check (may_record in ('members', 'owners')),
  valid_from date,
  valid_to date check (valid_to >= valid_from),
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  check ((window_first is null) = (window_last is null)),
  unique (farm_id, code),
  unique (farm_id, name_key)
);
select farm.number_changes('own_trait');

alter table farm.own_trait enable row level security;
alter table farm.own_trait force row level security;
create policy tenant on farm.own_trait using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy owner_adds on farm.own_trait as restrictive for insert
  with check (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owner_changes on farm.own_trait as restrictive for update
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owner_removes on farm.own_trait as restrictive for delete
  using (farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, insert, update, delete on farm.own_trait to farm_app;
