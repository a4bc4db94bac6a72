-- rams of a syndicate that may be the sire of an animal, while no sire stands: for evaluations by probabilities; null
-- where nobody has said how the rams share. Owned as the tables are, so that row-level security still binds
create view farm.published_sire_candidate as
select c.farm_id, c.child_id as animal_id, c.parent_id as sire_id, max(c.probability) as probability
from farm.parent_claim c left join farm.accepted_parents p on p.farm_id = c.farm_id and p.animal_id = c.child_id
where c.parent_type = 'sire' and c.status = 'proposed' and c.syndicate_id is not null and p.sire_id is null
group by c.farm_id, c.child_id, c.parent_id;
grant select on farm.published_sire_candidate to genetics_app;
