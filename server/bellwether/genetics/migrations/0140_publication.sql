-- a run that has succeeded is not yet what the farm goes by: somebody publishes it, flock by flock, one after the other
create table genetics.publication (
  id uuid primary key,
  farm_id uuid not null,
  flock_id uuid not null,
  number int4 not null check (number > 0),
  run_id uuid not null,
  replaces uuid,
  is_automatic boolean not null,
  published_by uuid,
  published_at timestamptz not null default clock_timestamp(),
  unique (farm_id, flock_id, number),
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id)
);
create index publication_of_flock on genetics.publication (flock_id, number desc);
create index publication_of_run on genetics.publication (farm_id, run_id);
grant select, insert on genetics.publication to genetics_app;
create trigger keep_publication before update or delete or truncate on genetics.publication
  for each statement execute function genetics.keep_breeding_value();

-- what was shown until now stays shown
alter table genetics.evaluation_run no force row level security;
insert into genetics.publication
  (id, farm_id, flock_id, number, run_id, replaces, is_automatic, published_by, published_at)
select id, farm_id, flock_id, row_number() over flock, id, lag(id) over flock, true, requested_by, finished_at
from genetics.evaluation_run where state = 'succeeded'
window flock as (partition by farm_id, flock_id order by id);
alter table genetics.evaluation_run force row level security;

alter table genetics.publication enable row level security;
alter table genetics.publication force row level security;
create policy tenant on genetics.publication using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.publication as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));

-- whether a run is published when it ends, and all the flocks that it is for (flock_id is the first of them)
alter table genetics.evaluation_run
  add column publishing text not null default 'at_once' check (publishing in ('at_once', 'by_hand')),
  add column flock_ids uuid[];
