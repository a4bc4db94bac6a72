-- how many facts of the flock have been told, in the order of their commits: a reader learns which of them it has seen
create or replace view farm.published_flock as
  select f.id, f.farm_id, f.name, f.breed_code, coalesce(k.version, 0) as fact_version
  from farm.flock f
  left join farm.outbox_key k on k.key = f.id::text;
