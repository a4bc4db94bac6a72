-- rams that ran together: each of them may be the sire of what was born after it, until something tells which
create table farm.syndicate (
  id uuid primary key,
  farm_id uuid not null references farm.farm,
  code text not null check (length(code) between 1 and 40),
  year int2 not null check (year between 1900 and 2200),
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id)
);
create unique index syndicate_code on farm.syndicate (farm_id, lower(code));
create table farm.syndicate_sire (
  farm_id uuid not null,
  syndicate_id uuid not null,
  sire_id uuid not null,
  share float8 check (share between 0 and 1),
  primary key (farm_id, syndicate_id, sire_id),
  foreign key (farm_id, syndicate_id) references farm.syndicate (farm_id, id),
  foreign key (farm_id, sire_id) references farm.animal (farm_id, id)
);
create index syndicate_of_sire on farm.syndicate_sire (sire_id);
alter table farm.parent_claim add column syndicate_id uuid,
  add constraint parent_claim_syndicate foreign key (farm_id, syndicate_id) references farm.syndicate (farm_id, id);

do $$
declare name text;
begin
  foreach name in array array['syndicate', 'syndicate_sire'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
grant select, insert on farm.syndicate, farm.syndicate_sire to farm_app;
