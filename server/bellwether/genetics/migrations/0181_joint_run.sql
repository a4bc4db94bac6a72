-- a definition may belong to an agreement: its population are the flocks that the farms have named, whoever is in when a
-- run reads them. All farms of the agreement read what is to be done with their records
alter table genetics.definition add column agreement_id uuid references genetics.agreement;
alter table genetics.definition_version drop constraint definition_version_flock_ids_check;
create policy of_its_agreement on genetics.definition for select to genetics_app
  using (agreement_id = any ((select genetics.agreements_of(farm.my_farms()))::uuid[]));
create policy of_its_agreement on genetics.definition_version for select to genetics_app
  using (definition_id = any (array(select d.id from genetics.definition d
         where d.agreement_id = any ((select genetics.agreements_of(farm.my_farms()))::uuid[]))));

-- a run of an agreement (`joint`) says what was done and who was in it, and has neither values nor names of animals; each
-- farm's share of it is a run of that farm, made when the joint one is handed out, so that all that shows runs shows it
alter table genetics.evaluation_run no force row level security;
alter table genetics.evaluation_run
  add column agreement_id uuid references genetics.agreement,
  add column joint_run_id uuid references genetics.evaluation_run,
  add column across jsonb,
  drop constraint evaluation_run_kind_check,
  drop constraint evaluation_run_check3,
  add constraint evaluation_run_kind_check check (kind in ('flocks', 'tables', 'repeat', 'joint', 'share')),
  add constraint evaluation_run_flock_check check ((kind in ('flocks', 'share')) = (flock_id is not null)),
  add constraint evaluation_run_joint_check check ((kind = 'joint') = (agreement_id is not null)),
  add constraint evaluation_run_share_check check ((kind = 'share') = (joint_run_id is not null));
alter table genetics.evaluation_run force row level security;
create unique index evaluation_run_share on genetics.evaluation_run (joint_run_id, farm_id) where kind = 'share';

-- the tables of a joint run: they are seen, and written, by nobody but who acts for all of its farms at once
create table genetics.joint_table (
  run_id uuid not null references genetics.evaluation_run,
  name text not null check (length(name) between 1 and 100),
  farm_ids uuid[] not null check (cardinality(farm_ids) > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  n_bytes bigint not null,
  content bytea not null,
  primary key (run_id, name)
);
alter table genetics.joint_table alter column content set storage external;
grant select, insert on genetics.joint_table to genetics_app;
create trigger keep_joint_table before update or delete or truncate on genetics.joint_table
  for each statement execute function genetics.keep_breeding_value();
alter table genetics.joint_table enable row level security;
alter table genetics.joint_table force row level security;
create policy all_farms on genetics.joint_table using (farm_ids <@ (select farm.my_farms())::uuid[])
  with check (farm_ids <@ (select farm.my_farms())::uuid[]);
create policy writer_adds on genetics.joint_table as restrictive for insert
  with check (farm_ids <@ (select farm.my_writable_farms())::uuid[]);

-- sires with progeny or own records on several farms of a joint run, as each farm's share has them; `animal_id` is the
-- farm's own, where it has one
create table genetics.shared_sire (
  farm_id uuid not null,
  run_id uuid not null,
  number int4 not null,
  trait text not null references genetics.trait,
  effect text not null,
  numbers jsonb not null,
  animal_id uuid,
  n_farms int4 not null check (n_farms > 1),
  n_progeny int4 not null,
  value float8 not null,
  reliability float8 check (reliability between 0 and 1),
  percentile float8 check (percentile between 0 and 100),
  primary key (farm_id, run_id, number, trait, effect),
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id)
);
create index shared_sire_of_run on genetics.shared_sire (run_id, number);
grant select, insert on genetics.shared_sire to genetics_app;
create trigger keep_shared_sire before update or delete or truncate on genetics.shared_sire
  for each statement execute function genetics.keep_breeding_value();
alter table genetics.shared_sire enable row level security;
alter table genetics.shared_sire force row level security;
create policy tenant on genetics.shared_sire using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on genetics.shared_sire as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));

-- from here to the end of the transaction the farms of an agreement act together: only for who writes on one of them, and
-- for those farms alone that are in at this moment
create function genetics.act_for_agreement(agreement uuid, mine uuid[])
returns table (farm_id uuid, number int4, farm_name text, flock_ids uuid[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
  farms uuid[] := array(select f.farm_id from genetics.farms_of_agreement(agreement) f);
begin
  if not (farms && mine) then
    raise exception 'nobody acts for an agreement of other farms' using errcode = '42501';
  end if;
  perform set_config('app.farm_ids', array_to_string(farms, ','), true);
  return query select f.farm_id, f.number, f.farm_name, f.flock_ids from genetics.farms_of_agreement(agreement) f;
end $$;
revoke execute on function genetics.act_for_agreement(uuid, uuid[]) from public;
grant execute on function genetics.act_for_agreement(uuid, uuid[]) to genetics_app;
