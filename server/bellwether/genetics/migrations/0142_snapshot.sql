-- tables by the digest of what is in them: what two runs have in common is kept once on a farm
create table genetics.kept_content (
  farm_id uuid not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  n_bytes bigint not null,
  content bytea not null,
  primary key (farm_id, sha256)
);
alter table genetics.kept_content alter column content set storage external;
grant select, insert on genetics.kept_content to genetics_app;
create trigger keep_content before update or delete or truncate on genetics.kept_content
  for each statement execute function genetics.keep_breeding_value();
alter table genetics.kept_content enable row level security;
alter table genetics.kept_content force row level security;
create policy tenant on genetics.kept_content using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.kept_content as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
-- tables of earlier runs stay where they are
alter table genetics.evaluation_table alter column content drop not null;

-- what a run read, as one digest; from which run its solver began; what its zero is; how it differs from the one before
alter table genetics.evaluation_run
  add column kind text not null default 'flocks' check (kind in ('flocks', 'tables', 'repeat')),
  add column of_run_id uuid,
  add column snapshot_sha256 text check (snapshot_sha256 ~ '^[0-9a-f]{64}$'),
  add column started_from uuid,
  add column base jsonb,
  add column comparison jsonb,
  alter column flock_id drop not null,
  add check ((kind = 'flocks') = (flock_id is not null)),
  add check ((kind = 'repeat') = (of_run_id is not null)),
  drop constraint evaluation_run_reliability_check,
  add constraint evaluation_run_reliability_check check (reliability in ('auto', 'exact', 'approximate', 'none'));
create or replace function genetics.keep_evaluation_run() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state <> 'succeeded'
     and (new.id, new.farm_id, new.kind, new.created_at) = (old.id, old.farm_id, old.kind, old.created_at)
     and new.flock_id is not distinct from old.flock_id
     and (old.state in ('queued', 'running') or (new.state = 'running' and new.fence > old.fence)) then
    return new;
  end if;
  raise exception 'a finished evaluation run is never changed or removed' using errcode = '55000';
end $$;

-- values lie with those of their run: a question about one run reads one part
alter table genetics.breeding_value rename to breeding_value_before;
create table genetics.breeding_value (
  farm_id uuid not null,
  run_id uuid not null,
  animal_id uuid not null,
  trait text not null references genetics.trait,
  effect text not null,
  value float8 not null,
  reliability float8 check (reliability between 0 and 1),
  inbreeding float8 not null,
  percentile float8 check (percentile between 0 and 100),
  primary key (farm_id, run_id, trait, effect, animal_id),
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id)
) partition by hash (run_id);
do $$
declare part text;
begin
  for i in 0..15 loop
    part := format('genetics.breeding_value_%s', lpad(i::text, 2, '0'));
    execute format('create table %s partition of genetics.breeding_value for values with (modulus 16, remainder %s)',
                   part, i);
    execute format('alter table %s enable row level security', part);
    execute format('alter table %s force row level security', part);
    execute format('create trigger keep_breeding_values before update or delete or truncate on %s
                    for each statement execute function genetics.keep_breeding_value()', part);
  end loop;
end $$;
alter table genetics.breeding_value_before no force row level security;
insert into genetics.breeding_value
  (farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding, percentile)
select farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding, percentile
from genetics.breeding_value_before;
drop table genetics.breeding_value_before;
create index breeding_value_animal on genetics.breeding_value (farm_id, animal_id, trait, effect, run_id desc);
grant select, insert on genetics.breeding_value to genetics_app;
create trigger keep_breeding_value before update or delete on genetics.breeding_value
  for each statement execute function genetics.keep_breeding_value();
create trigger keep_breeding_value_whole before truncate on genetics.breeding_value
  for each statement execute function genetics.keep_breeding_value();
alter table genetics.breeding_value enable row level security;
alter table genetics.breeding_value force row level security;
create policy tenant on genetics.breeding_value using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.breeding_value as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
