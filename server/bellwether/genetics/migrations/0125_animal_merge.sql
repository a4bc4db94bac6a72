-- two animals that turned out to be one, as the farm has told; of two facts about one merge the later counts
create table genetics.animal_merge (
  farm_id uuid not null,
  merge_id uuid not null,
  loser_id uuid not null,
  winner_id uuid not null,
  version int8 not null,
  is_undone bool not null,
  primary key (farm_id, merge_id)
);
-- what went from the loser to the winner, and whether it was the one that counts there
create table genetics.animal_merge_move (
  farm_id uuid not null,
  merge_id uuid not null,
  kind text not null check (kind in ('sample', 'gene_result')),
  row_id uuid not null,
  counted bool not null,
  primary key (farm_id, merge_id, row_id),
  foreign key (farm_id, merge_id) references genetics.animal_merge
);
create index animal_merge_move_row on genetics.animal_merge_move (row_id);
do $$
declare name text;
begin
  foreach name in array array['animal_merge', 'animal_merge_move'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy tenant on genetics.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on genetics.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on genetics.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_removes on genetics.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on genetics.animal_merge to genetics_app;
grant select, insert, delete on genetics.animal_merge_move to genetics_app;
grant update (animal_id) on genetics.gene_result to genetics_app;
