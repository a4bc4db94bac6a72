-- what animals are given and how long they are withheld from a market. A course is a treatment or an introduced feed
-- that stands in the log, and who was treated follows from where animals were at that time, as stays and memberships do

-- periods are as the label says them; days are what counts: hours are rounded up. Null: the label says nothing, and then
-- nobody knows when an animal is clear.
-- No index of the text: row-level security lets no operator of pg_trgm into an index, and a farm has some dozens
create table farm.product (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  name text not null check (length(name) between 1 and 200),
  actives text[] not null default '{}',
  route text,
  unit text not null check (unit in ('ml', 'l', 'mg', 'g', 'kg', 'dose')),
  label_dose text,
  meat_whp int2 not null check (meat_whp >= 0),
  meat_whp_unit text not null check (meat_whp_unit in ('days', 'hours')),
  esi int2 check (esi >= 0),
  esi_unit text check (esi_unit in ('days', 'hours')),
  milk_whp int2 check (milk_whp >= 0),
  milk_whp_unit text check (milk_whp_unit in ('days', 'hours')),
  meat_days int2 not null generated always as (case meat_whp_unit when 'hours' then ceil(meat_whp / 24.0) else meat_whp end) stored,
  export_days int2 generated always as (case esi_unit when 'hours' then ceil(esi / 24.0) else esi end) stored,
  milk_days int2 generated always as (case milk_whp_unit when 'hours' then ceil(milk_whp / 24.0) else milk_whp end) stored,
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id),
  check ((esi is null) = (esi_unit is null)),
  check ((milk_whp is null) = (milk_whp_unit is null))
);
create unique index product_name on farm.product (farm_id, lower(name));

create table farm.product_batch (
  id uuid primary key,
  farm_id uuid not null,
  product_id uuid not null,
  lot text not null check (length(lot) between 1 and 100),
  expires_on date,
  bought_on date,
  quantity float8 not null check (quantity > 0 and quantity < 1e9),
  rev bigint not null default 1,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id),
  foreign key (farm_id, product_id) references farm.product (farm_id, id)
);
create unique index product_batch_lot on farm.product_batch (farm_id, product_id, lower(lot));

-- at and place: its moment in the order of things. The days are those that count: never less than the label's.
-- per_head in the unit of the product, all doses together; used: measured for all of them
create table farm.course (
  farm_id uuid not null,
  event_id uuid not null,
  kind text not null,
  animal_id uuid,
  group_id uuid,
  at timestamptz not null,
  place bigint not null,
  until timestamptz not null,
  first_on date not null,
  last_on date not null check (last_on >= first_on),
  product_id uuid,
  batch_id uuid,
  per_head float8,
  used float8,
  meat_days int2,
  export_days int2,
  milk_days int2,
  primary key (farm_id, event_id),
  check (num_nonnulls(animal_id, group_id) = 1),
  foreign key (farm_id, event_id) references farm.event (farm_id, id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) on delete cascade,
  foreign key (farm_id, group_id) references farm.animal_group (farm_id, id),
  foreign key (farm_id, product_id) references farm.product (farm_id, id),
  foreign key (farm_id, batch_id) references farm.product_batch (farm_id, id)
);
create index course_animal on farm.course (farm_id, animal_id) where animal_id is not null;
create index course_group on farm.course (farm_id, group_id) where group_id is not null;
create index course_product on farm.course (farm_id, product_id) where product_id is not null;
create index course_batch on farm.course (farm_id, batch_id) where batch_id is not null;

-- who got it, with the first day on which it may go to each market; infinity: nobody knows one
create table farm.dosed (
  farm_id uuid not null,
  animal_id uuid not null,
  event_id uuid not null,
  last_on date not null,
  meat_until date not null,
  export_until date not null,
  milk_until date not null,
  clear_on date not null generated always as
    (greatest(meat_until, export_until, case when isfinite(milk_until) then milk_until end)) stored,
  primary key (farm_id, animal_id, event_id),
  foreign key (farm_id, event_id) references farm.course (farm_id, event_id) on delete cascade,
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id) on delete cascade
);
create index dosed_event on farm.dosed (farm_id, event_id);
create index dosed_clear on farm.dosed (farm_id, clear_on);

-- who left, among everything else that is told of a farm
create index event_departed on farm.event (farm_id, seq) where kind = 'animal.departed';

do $$
declare name text;
begin
  foreach name in array array['product', 'product_batch', 'course', 'dosed'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['product', 'product_batch'] loop
    execute format('create policy writer_changes on farm.%I as restrictive for update
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['course', 'dosed'] loop
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert, update on farm.product, farm.product_batch to farm_app;
grant select, insert, delete on farm.course, farm.dosed to farm_app;
