-- what a BrAPI client searched for, when the answer is longer than a page: it asks for the pages by the id
create table farm.kept_search (
  id uuid primary key,
  user_id uuid not null,
  kind text not null check (length(kind) between 1 and 40),
  wanted jsonb not null,
  created_at timestamptz not null default clock_timestamp()
);
create index kept_search_user on farm.kept_search (user_id, id);
alter table farm.kept_search enable row level security;
alter table farm.kept_search force row level security;
create policy own on farm.kept_search
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert, delete on farm.kept_search to farm_app;
