-- facts are written for the farms of whoever acts, and read by the relay, which acts for nobody
alter table outbox enable row level security;
alter table outbox force row level security;
create policy written on outbox for insert to :app
  with check (farm_id is null or farm_id = any ((select farm.my_farms())::uuid[]));
create policy relayed on outbox for select to :app
  using (nullif(current_setting('app.user_id', true), '') is null
         and nullif(current_setting('app.farm_ids', true), '') is null);
create policy marked on outbox for update to :app
  using (nullif(current_setting('app.user_id', true), '') is null
         and nullif(current_setting('app.farm_ids', true), '') is null);
create policy pruned on outbox to :owner using (true) with check (true);
