-- on which days a contemporary group was measured, and how often: of each group that a file touches the first and the last
-- of them are asked. An index of all measurements in the order of their groups was a sixth of what storing them costs
create table farm.group_day (
  farm_id uuid not null,
  trait text not null,
  contemporary_group text not null,
  occurred_on date not null,
  n_measured int8 not null,
  primary key (farm_id, trait, contemporary_group, occurred_on)
);

alter table farm.observation no force row level security;
insert into farm.group_day (farm_id, trait, contemporary_group, occurred_on, n_measured)
select farm_id, trait, contemporary_group, occurred_on, count(*) from farm.observation
where state = 'active' and contemporary_group is not null group by 1, 2, 3, 4;
alter table farm.observation force row level security;

alter table farm.group_day enable row level security;
alter table farm.group_day force row level security;
create policy tenant on farm.group_day using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy writer_adds on farm.group_day as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
create policy writer_changes on farm.group_day as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, update on farm.group_day to farm_app;

-- what came is added, what went is added with a minus, so that neither minds which of them was first; nobody else counts,
-- for who writes holds the lock of the farm
create function farm.count_days() returns trigger language plpgsql as $$
begin
  insert into farm.group_day as d (farm_id, trait, contemporary_group, occurred_on, n_measured)
  select farm_id, trait, contemporary_group, occurred_on, tg_argv[0]::int8 * count(*) from counted
  where state = 'active' and contemporary_group is not null group by 1, 2, 3, 4
  on conflict (farm_id, trait, contemporary_group, occurred_on)
    do update set n_measured = d.n_measured + excluded.n_measured;
  return null;
end $$;
revoke execute on function farm.count_days() from public;

create trigger counted_added after insert on farm.observation referencing new table as counted
  for each statement execute function farm.count_days('1');
create trigger counted_before after update on farm.observation referencing old table as counted
  for each statement execute function farm.count_days('-1');
create trigger counted_now after update on farm.observation referencing new table as counted
  for each statement execute function farm.count_days('1');
create trigger counted_gone after delete on farm.observation referencing old table as counted
  for each statement execute function farm.count_days('-1');

drop index farm.observation_group;
