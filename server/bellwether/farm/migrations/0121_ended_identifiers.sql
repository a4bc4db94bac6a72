-- a number that no other animal may ever have stays a way to its animal when its use has ended: it left, and may return
create index identifier_ended on farm.identifier (farm_id, value)
  where state = 'closed' and kind in ('eid', 'registration');
