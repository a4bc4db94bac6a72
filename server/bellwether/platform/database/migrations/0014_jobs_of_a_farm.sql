-- a job of a farm belongs to the farm: whoever asked for it and has left sees its log and its rows no more
drop policy mine_or_my_farms on job;
create policy of_my_farms_or_mine on job to :app
  using (case when farm_id is null then owner_id = nullif(current_setting('app.user_id', true), '')::uuid
              else farm_id = any ((select farm.my_farms())::uuid[]) end)
  with check (case when farm_id is null then owner_id = nullif(current_setting('app.user_id', true), '')::uuid
                   else farm_id = any ((select farm.my_farms())::uuid[]) end);
