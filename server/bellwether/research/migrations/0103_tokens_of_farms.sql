-- a project belongs to people, not to a farm: a token for some farms only sees none, and by none the farms that consent
create or replace function research.me() returns uuid language sql stable set search_path = pg_catalog as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
  where nullif(current_setting('app.token_farms', true), '') is null
$$;
