-- percentile: among the flock's own animals of the run; null for ancestors from elsewhere
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
  foreign key (farm_id, run_id) references genetics.evaluation_run (farm_id, id)
);
create index breeding_value_animal on genetics.breeding_value (farm_id, animal_id, trait, effect, run_id desc);
grant select, insert on genetics.breeding_value to genetics_app;

create function genetics.keep_breeding_value() returns trigger language plpgsql as $$
begin
  raise exception 'breeding values are never changed or removed: make a new run' using errcode = '55000';
end $$;
create trigger keep_breeding_value before update or delete or truncate on genetics.breeding_value
  for each statement execute function genetics.keep_breeding_value();
