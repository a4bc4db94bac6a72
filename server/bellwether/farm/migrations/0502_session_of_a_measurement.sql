-- the day in the yards on which something was measured, said once for all that a transaction writes, as its import is
alter table farm.observation
  add column session_id uuid default nullif(current_setting('app.session_id', true), '')::uuid;
create index observation_session on farm.observation (session_id) where session_id is not null;
