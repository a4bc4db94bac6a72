-- stock that comes and goes under one declaration. Which animals and heads those were say the events that name its number
create table farm.consignment (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  number text not null check (length(number) between 1 and 100),
  kind text not null check (kind in ('arrival', 'departure', 'agistment_in', 'agistment_out')),
  moved_on date not null,
  from_location text,
  to_location text,
  carrier text,
  note text,
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index consignment_number on farm.consignment (farm_id, lower(number));

-- what a consignment brought or cost, and a batch: of owners alone
create table farm.consignment_money (
  farm_id uuid not null,
  consignment_id uuid not null,
  price float8 not null check (price >= 0 and price < 1e9),
  per text not null check (per in ('head', 'kg')),
  weight_kg float8 check (weight_kg > 0 and weight_kg < 1e9),
  costs float8 not null default 0 check (costs >= 0 and costs < 1e9),
  primary key (farm_id, consignment_id),
  check (per = 'head' or weight_kg is not null),
  foreign key (farm_id, consignment_id) references farm.consignment (farm_id, id)
);
create table farm.batch_cost (
  farm_id uuid not null,
  batch_id uuid not null,
  amount float8 not null check (amount >= 0 and amount < 1e9),
  primary key (farm_id, batch_id),
  foreign key (farm_id, batch_id) references farm.product_batch (farm_id, id)
);

-- files of other systems: which columns in which order, where a farm has set its own
create table farm.file_layout (
  farm_id uuid not null references farm.farm,
  format text not null,
  header boolean not null,
  columns text[] not null check (cardinality(columns) between 1 and 50),
  primary key (farm_id, format)
);

do $$
declare name text;
begin
  foreach name in array array['consignment', 'consignment_money', 'batch_cost', 'file_layout'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['consignment_money', 'batch_cost'] loop
    execute format('create policy owners_alone on farm.%I as restrictive
                    using (farm_id = any ((select farm.my_owned_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_owned_farms())::uuid[]))', name);
  end loop;
end $$;
-- whoever reads the log in whatever way finds no costs in it, unless the farm is theirs
create policy owners_alone on farm.event as restrictive for select
  using (kind <> 'cost.recorded' or farm_id = any ((select farm.my_owned_farms())::uuid[]));
grant select, insert, update on farm.consignment, farm.consignment_money, farm.batch_cost, farm.file_layout to farm_app;
