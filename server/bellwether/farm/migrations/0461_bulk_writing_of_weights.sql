-- whose lock is held is asked once for a statement, and an id is compared with an id, not text by text for each row
create or replace function farm.held_by_one_writer() returns trigger language plpgsql as $$
declare held uuid := nullif(current_setting('app.one_writer', true), '')::uuid;
begin
  if exists (select from written where farm_id is distinct from held) then
    raise lock_not_available using message = 'the writer of an event does not hold the lock of its farm';
  end if;
  return null;
end $$;

-- one index serves what three did: all that was measured of an animal, what counts of one trait and day (of which there is
-- one), and what was said of that day before. Nothing in its last place tells which counts
create unique index observation_day on farm.observation
  (animal_id, trait, occurred_on, (case when state = 'superseded' then id end)) nulls not distinct;
drop index farm.observation_current;
drop index farm.observation_superseded;
drop index farm.observation_animal;
