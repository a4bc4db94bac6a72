-- the accepted pedigree: a narrow row for each animal of which a genetic parent is accepted, so that the way up asks one
-- index once for each ancestor. It follows from the claims, in the statement that changes them; nobody else writes it
create table farm.accepted_parents (
  farm_id uuid not null,
  animal_id uuid not null,
  sire_id uuid check (sire_id <> animal_id),
  dam_id uuid check (dam_id <> animal_id),
  primary key (farm_id, animal_id) include (sire_id, dam_id),
  check (sire_id is not null or dam_id is not null)
);

alter table farm.parent_claim no force row level security;
insert into farm.accepted_parents (farm_id, animal_id, sire_id, dam_id)
select farm_id, child_id, (array_agg(parent_id) filter (where parent_type = 'sire'))[1],
  (array_agg(parent_id) filter (where parent_type <> 'sire'))[1]
from farm.parent_claim where status = 'accepted' and parent_type in ('sire', 'dam', 'et_donor_dam')
group by farm_id, child_id order by farm_id, child_id;
alter table farm.parent_claim force row level security;

alter table farm.accepted_parents enable row level security;
alter table farm.accepted_parents force row level security;
create policy tenant on farm.accepted_parents using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.accepted_parents as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.accepted_parents as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_removes on farm.accepted_parents as restrictive for delete
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, update, delete on farm.accepted_parents to farm_app;

-- the claims of one statement at once; of an animal one sire and one dam are accepted at a time (I6), so a new one finds
-- its place empty
create function farm.accept_new_parents() returns trigger language plpgsql as $$
begin
  insert into farm.accepted_parents as p (farm_id, animal_id, sire_id, dam_id)
  select farm_id, child_id, (array_agg(parent_id) filter (where parent_type = 'sire'))[1],
    (array_agg(parent_id) filter (where parent_type <> 'sire'))[1]
  from written where status = 'accepted' and parent_type in ('sire', 'dam', 'et_donor_dam')
  group by farm_id, child_id
  on conflict (farm_id, animal_id) do update
    set sire_id = coalesce(excluded.sire_id, p.sire_id), dam_id = coalesce(excluded.dam_id, p.dam_id);
  return null;
end $$;

-- of animals whose claims changed or are gone: anew from the claims that stand. An array and scalar subqueries, because a
-- plan that was made for a whole list must not read every row for one animal
create function farm.settle_parents() returns trigger language plpgsql as $$
begin
  delete from farm.accepted_parents
  where farm_id = any(array(select distinct farm_id from touched)) and animal_id = any(array(
    select child_id from touched where status = 'accepted' and parent_type in ('sire', 'dam', 'et_donor_dam')));
  insert into farm.accepted_parents (farm_id, animal_id, sire_id, dam_id)
  select * from (
    select t.farm_id, t.child_id,
      (select parent_id from farm.parent_claim
       where child_id = t.child_id and status = 'accepted' and parent_type = 'sire') as sire_id,
      (select parent_id from farm.parent_claim
       where child_id = t.child_id and status = 'accepted' and parent_type in ('dam', 'et_donor_dam')) as dam_id
    from (select distinct farm_id, child_id from touched
          where status = 'accepted' and parent_type in ('sire', 'dam', 'et_donor_dam')) t offset 0) p
  where sire_id is not null or dam_id is not null;
  return null;
end $$;
create trigger parents_accepted after insert on farm.parent_claim referencing new table as written
  for each statement execute function farm.accept_new_parents();
create trigger parents_left after update on farm.parent_claim referencing old table as touched
  for each statement execute function farm.settle_parents();
create trigger parents_taken after update on farm.parent_claim referencing new table as touched
  for each statement execute function farm.settle_parents();
create trigger parents_gone after delete on farm.parent_claim referencing old table as touched
  for each statement execute function farm.settle_parents();

-- the indexes that hold an animal to one of each need not have what is read elsewhere now
drop index farm.parent_claim_one_sire;
create unique index parent_claim_one_sire on farm.parent_claim (child_id)
  where status = 'accepted' and parent_type = 'sire';
drop index farm.parent_claim_one_dam;
create unique index parent_claim_one_dam on farm.parent_claim (child_id)
  where status = 'accepted' and parent_type in ('dam', 'et_donor_dam');

create or replace view farm.published_animal as
  select a.id, a.farm_id, a.flock_id, a.sex, a.birth_date, a.birth_type, a.rear_type, p.sire_id, p.dam_id,
         a.drop_year, a.reference_only, a.tag
  from farm.animal a left join farm.accepted_parents p on p.farm_id = a.farm_id and p.animal_id = a.id
  where a.merged_into is null;
