-- breeding values of other services, for the evaluations of genetics; of an animal that was merged and of the one into
-- which it was, a run says one thing: the other's own. Owned as the table is, so that row-level security still binds
create view farm.published_external_value as
select distinct on (v.farm_id, v.run_name, v.trait, coalesce(a.merged_into, a.id))
  v.farm_id, v.run_name, v.run_date, coalesce(a.merged_into, a.id) as animal_id, v.trait, v.value, v.accuracy
from farm.imported_value v join farm.animal a on a.farm_id = v.farm_id and a.id = v.animal_id
order by v.farm_id, v.run_name, v.trait, coalesce(a.merged_into, a.id), (a.merged_into is not null), v.id;
grant select on farm.published_external_value to genetics_app;
