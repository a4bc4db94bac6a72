-- what an owner exports of the whole farm holds its money: such a file is of owners alone, also for whoever asked for it
-- and owns the farm no longer
alter table farm.export add column of_owners boolean not null default false;
alter table farm.export no force row level security;
update farm.export set of_owners = true where format = 'whole_farm';
alter table farm.export force row level security;
create policy owners_alone on farm.export as restrictive for select
  using (not of_owners or farm_id = any ((select farm.my_owned_farms())::uuid[]));
create policy owners_alone on farm.export_part as restrictive for select
  using (exists (select from farm.export e where e.farm_id = export_part.farm_id and e.id = export_part.export_id));
