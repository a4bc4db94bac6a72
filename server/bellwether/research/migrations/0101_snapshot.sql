-- rows as they were at a moment, frozen: nobody changes or removes them, and whoever cites the digest cites these rows
create table research.snapshot (
  id uuid primary key,
  project_id uuid not null references research.project (id),
  title text not null check (length(title) between 1 and 200),
  traits text[] not null check (cardinality(traits) between 1 and 50),
  first_on date,
  last_on date,
  taken_at timestamptz not null,
  taken_by uuid not null,
  farms int4 not null,
  rows int4 not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  content bytea not null
);
create index snapshot_project on research.snapshot (project_id, id desc);
alter table research.snapshot enable row level security;
alter table research.snapshot force row level security;
create policy member on research.snapshot using (project_id = any ((select research.my_projects())::uuid[]))
  with check (project_id = any ((select research.my_projects())::uuid[]));
grant select, insert on research.snapshot to research_app;
