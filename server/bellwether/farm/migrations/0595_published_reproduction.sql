-- lambings and joinings as genetics reads them for evaluations of reproduction: what counts of the log, animals as they
-- are since merges. Owned as the tables are, so that row-level security still binds
create view farm.published_birth as
select e.farm_id, d.flock_id, e.id as lambing_id, d.id as dam_id, e.occurred_on as lambed_on, e.payload ->> 'ease' as ease,
  a.is_embryo_transfer as is_transfer, a.id as lamb_id, l.place, l.lamb ->> 'born' = 'dead' as is_stillborn,
  case when a.fate = 'dead' then a.fate_on end as died_on,
  least(
    (select min(w.occurred_on) from farm.event w
     where w.farm_id = e.farm_id and w.animal_id in (a.id, t.id) and w.kind = 'weaning.recorded'
       and not exists (select from farm.event s where s.farm_id = w.farm_id and s.supersedes = w.id)),
    (select min(o.occurred_on) from farm.observation o
     where o.farm_id = e.farm_id and o.animal_id = a.id and o.trait = 'WWT' and o.state = 'active')) as weaned_on,
  coalesce((select min(c.parent_id::text)::uuid from farm.parent_claim c
            where c.child_id = a.id and c.status = 'accepted' and c.parent_type = 'rearing_dam'), d.id) as rearing_dam_id
from farm.event e
join farm.animal b on b.farm_id = e.farm_id and b.id = e.animal_id
join farm.animal d on d.farm_id = e.farm_id and d.id = coalesce(b.merged_into, b.id)
cross join lateral jsonb_array_elements(e.payload -> 'lambs') with ordinality l (lamb, place)
join farm.animal t on t.farm_id = e.farm_id and t.id = (l.lamb ->> 'id')::uuid
join farm.animal a on a.farm_id = e.farm_id and a.id = coalesce(t.merged_into, t.id)
where e.kind = 'lambing.recorded'
  and not exists (select from farm.event s where s.farm_id = e.farm_id and s.supersedes = e.id);

create view farm.published_joined_ewe as
select j.farm_id, a.flock_id, j.id as joining_id, a.id as ewe_id, j.occurred_on as started_on,
  (select min(n.occurred_on) from farm.event n join farm.event o on o.farm_id = n.farm_id
     and o.id = (n.payload ->> 'joining_id')::uuid and o.place = j.place
   where n.farm_id = j.farm_id and n.kind = 'joining.ended'
     and not exists (select from farm.event s where s.farm_id = n.farm_id and s.supersedes = n.id)) as ended_on,
  coalesce(j.payload ->> 'method', 'natural') as method,
  case when a.fate <> 'alive' then a.fate_on end as gone_on
from farm.event j
cross join lateral (
  select o.animal_id from farm.event_other o where o.farm_id = j.farm_id and o.event_id = j.id and o.role = 'ewe'
  union
  select m.animal_id from farm.group_member m join farm.farm f on f.id = m.farm_id
  where m.farm_id = j.farm_id and m.group_id = j.group_id
    and m.during && tstzrange(j.occurred_on::timestamp at time zone f.time_zone,
                              (j.occurred_on + 1)::timestamp at time zone f.time_zone)) named
join farm.animal t on t.farm_id = j.farm_id and t.id = named.animal_id
join farm.animal a on a.farm_id = j.farm_id and a.id = coalesce(t.merged_into, t.id) and a.sex = 'female'
where j.kind = 'joining.started'
  and not exists (select from farm.event s where s.farm_id = j.farm_id and s.supersedes = j.id);
-- the policies of the log ask who owns a farm, in the name of whoever reads the view
grant execute on function farm.my_owned_farms() to genetics_app;
grant select on farm.published_birth, farm.published_joined_ewe to genetics_app;
