-- a task that follows from an event has a row before anybody says something of it: phones see it come, change and go.
-- What follows stands beside what was said, which stays when the event or the rule that it followed from is gone
alter table farm.task
  add column event_id uuid,
  add column follows_title text check (length(follows_title) between 1 and 200),
  add column follows_on date,
  add column follows_done_on date,
  add column passes boolean not null default false,
  add constraint task_follows_whole check ((event_id is null) = (follows_on is null) and (event_id is null) = (follows_title is null)),
  add constraint task_follows_a_rule check (event_id is null or rule is not null);
-- a chain of corrections: its first event has the number of the place, the others are few
create index event_chain on farm.event (farm_id, place) where supersedes is not null;
