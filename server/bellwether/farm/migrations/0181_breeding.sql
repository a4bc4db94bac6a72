-- a lamb of a lambing that was taken back is no animal any more, and stays in the log
alter table farm.event_other drop constraint event_other_farm_id_animal_id_fkey;

-- what an event has put into other tables makes way when the event does
alter table farm.identifier add column event_id uuid;
alter table farm.parent_claim add column event_id uuid;
alter table farm.observation add column event_id uuid;
create index identifier_event on farm.identifier (farm_id, event_id) where event_id is not null;
create index parent_claim_event on farm.parent_claim (farm_id, event_id) where event_id is not null;
create index observation_event on farm.observation (farm_id, event_id) where event_id is not null;

-- the breeding season is asked for by kind and day
create index event_kind_day on farm.event (farm_id, kind, occurred_on);
