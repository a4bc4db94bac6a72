-- the dictionary in sheep/traits fills this table at each migrate; a farm's own starting values stand over it
alter table genetics.trait
  drop constraint trait_code_check,
  drop constraint trait_stage_check,
  alter column reference_age_days drop not null,
  add column kind text not null default 'linear' check (kind in ('linear', 'ordinal')),
  add column reference_weight_kg float8 check (reference_weight_kg > 0),
  add column is_current boolean not null default true;
comment on column genetics.trait.is_current is 'false: left the dictionary, and stays for what refers to it';

create table genetics.farm_trait (
  farm_id uuid not null,
  code text not null references genetics.trait,
  heritability float8 check (heritability > 0 and heritability < 1),
  phenotypic_variance float8 check (phenotypic_variance > 0 and phenotypic_variance < 'infinity'),
  source text not null check (length(source) between 1 and 500),
  rev bigint not null default 1,
  changed_by uuid not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, code)
);

-- each pair stands with one of its two traits
create table genetics.farm_trait_correlation (
  farm_id uuid not null,
  code text not null,
  other text not null references genetics.trait check (other <> code),
  genetic float8 not null check (genetic > -1 and genetic < 1),
  residual float8 not null check (residual > -1 and residual < 1),
  primary key (farm_id, code, other),
  foreign key (farm_id, code) references genetics.farm_trait on delete cascade
);
create unique index farm_trait_correlation_pair
  on genetics.farm_trait_correlation (farm_id, least(code, other), greatest(code, other));
grant select, insert, update, delete on genetics.farm_trait, genetics.farm_trait_correlation to genetics_app;

do $$
declare name text;
begin
  foreach name in array array['farm_trait', 'farm_trait_correlation'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_removes on genetics.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
