-- two animals that turn out to be one: what is told of the loser is told of the winner, its id leads there for ever, and
-- it can be undone. What a merge changed is remembered as what an import changed, under its own id
create table farm.merge (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  loser_id uuid not null,
  winner_id uuid not null check (winner_id <> loser_id),
  merged_by uuid,
  merged_at timestamptz not null default clock_timestamp(),
  undone_by uuid,
  undone_at timestamptz,
  foreign key (farm_id, loser_id) references farm.animal (farm_id, id),
  foreign key (farm_id, winner_id) references farm.animal (farm_id, id)
);
create index merge_farm on farm.merge (farm_id, id);
create unique index merge_standing on farm.merge (loser_id) where undone_at is null;
create index merge_winner on farm.merge (winner_id);
create index animal_merged on farm.animal (merged_into) where merged_into is not null;
alter table farm.import_change drop constraint import_change_farm_id_import_id_fkey;

alter table farm.merge enable row level security;
alter table farm.merge force row level security;
create policy tenant on farm.merge using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.merge as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.merge as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, update on farm.merge to farm_app;
