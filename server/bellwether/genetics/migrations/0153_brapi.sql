-- what a BrAPI client searched for, when the answer is longer than a page: it asks for the pages by the id
create table genetics.kept_search (
  id uuid primary key,
  user_id uuid not null,
  kind text not null check (length(kind) between 1 and 40),
  wanted jsonb not null,
  created_at timestamptz not null default clock_timestamp()
);
create index kept_search_user on genetics.kept_search (user_id, id);
alter table genetics.kept_search enable row level security;
alter table genetics.kept_search force row level security;
create policy own on genetics.kept_search
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert, delete on genetics.kept_search to genetics_app;

-- the farms in which rows of genotypes may lie that the caller sees: a statement asks these alone, the policies decide
create function genetics.genotype_farms() returns uuid[] language sql stable as $$
  select array(select unnest(farm.my_farms())
               union select farm_id from genetics.genotype_share where with_farm_id = any ((select farm.my_farms())::uuid[])
               order by 1)
$$;
revoke execute on function genetics.genotype_farms() from public;
grant execute on function genetics.genotype_farms() to genetics_app;
