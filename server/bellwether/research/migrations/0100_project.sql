create table research.project (
  id uuid primary key,
  title text not null check (length(title) between 1 and 200),
  question text not null default '',
  description text not null default '',
  state text not null check (state in ('planned', 'running', 'finished', 'archived')),
  starts_on date,
  ends_on date,
  owner_id uuid not null,
  rev int8 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', question), 'B')
    || setweight(to_tsvector('english', description), 'C')
  ) stored,
  constraint ends_after_start check (ends_on >= starts_on)
);
create index project_search on research.project using gin (search);

create table research.project_member (
  project_id uuid not null references research.project (id) on delete cascade,
  user_id uuid not null,
  role text not null check (role in ('lead', 'analyst', 'viewer')),
  added_at timestamptz not null default now(),
  primary key (project_id, user_id)
);
create index project_member_user on research.project_member (user_id, project_id);

create function research.me() returns uuid language sql stable set search_path = pg_catalog as
$$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

-- an array, so that a policy asks once per statement and not once per row
create function research.my_projects() returns uuid[] language sql stable security definer
set search_path = pg_catalog, research as
$$ select coalesce(array_agg(project_id), '{}') from research.project_member where user_id = research.me() $$;

create function research.owner_leads() returns trigger language plpgsql security definer
set search_path = pg_catalog, research as
$$ begin
  insert into research.project_member (project_id, user_id, role) values (new.id, new.owner_id, 'lead');
  return null;
end $$;
create trigger owner_leads after insert on research.project for each row execute function research.owner_leads();

alter table research.project enable row level security;
alter table research.project force row level security;
create policy member_reads on research.project for select
  using (id = any ((select research.my_projects())::uuid[]));
create policy member_changes on research.project for update
  using (id = any ((select research.my_projects())::uuid[]))
  with check (id = any ((select research.my_projects())::uuid[]));
create policy founder_adds on research.project for insert with check (owner_id = (select research.me()));

alter table research.project_member enable row level security;
alter table research.project_member force row level security;
create policy co_member on research.project_member to research_app
  using (project_id = any ((select research.my_projects())::uuid[]))
  with check (project_id = any ((select research.my_projects())::uuid[]));
-- my_projects() and the trigger run as the owner: a policy that called my_projects() would never end for them
create policy myself on research.project_member to research_owner
  using (user_id = (select research.me())) with check (user_id = (select research.me()));

revoke execute on all functions in schema research from public;
grant execute on function research.me(), research.my_projects() to research_app;
grant select, insert, update on research.project to research_app;
grant select, insert, update, delete on research.project_member to research_app;
