-- the exclusion held every tag of every animal against every other, half the time in which a herd is written. Of two uses
-- that both go on, both meet: one index of numbers says so. The exclusion is for uses that have ended, which are few, and
-- one that goes on is held against them by the statement that writes it. It takes the farm's lock first, so two
-- transactions cannot pass each other unseen, whoever writes
create unique index identifier_in_one_use on farm.identifier (use_key)
  where state <> 'disputed' and upper_inf(validity);
alter table farm.identifier add constraint identifier_uses_apart exclude using gist
  (use_key with =, validity with &&) where (state <> 'disputed' and not upper_inf(validity));
alter table farm.identifier drop constraint identifier_on_one_animal;

create function farm.uses_are_apart() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(farm_id::text, 11)) from (select distinct farm_id from written) w;
  if exists (select from written w cross join lateral (
               select from farm.identifier o
               where o.use_key = w.use_key and o.validity && w.validity
                 and o.state <> 'disputed' and not upper_inf(o.validity) offset 0) ended
             where w.state <> 'disputed' and upper_inf(w.validity))
     or exists (select from written w cross join lateral (
               select from farm.identifier o
               where o.use_key = w.use_key and o.validity && w.validity
                 and o.state <> 'disputed' and upper_inf(o.validity) offset 0) open
             where w.state <> 'disputed' and not upper_inf(w.validity)) then
    raise exclusion_violation using message = 'two uses of one identifier overlap', constraint = 'identifier_uses_apart',
      schema = 'farm', table = 'identifier';
  end if;
  return null;
end $$;
create trigger uses_apart after insert on farm.identifier referencing new table as written
  for each statement execute function farm.uses_are_apart();
create trigger uses_apart_still after update on farm.identifier referencing new table as written
  for each statement execute function farm.uses_are_apart();
