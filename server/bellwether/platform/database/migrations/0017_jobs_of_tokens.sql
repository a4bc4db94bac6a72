-- a job does no more than the token by which it was asked for: the farms that it named, where it named some
alter table job add column token_farms uuid[];
drop policy of_my_farms_or_mine on job;
create policy of_my_farms_or_mine on job to :app
  using (case when farm_id is null
              then owner_id = nullif(current_setting('app.user_id', true), '')::uuid
                and (nullif(current_setting('app.token_farms', true), '') is null
                     or token_farms = string_to_array(current_setting('app.token_farms', true), ',')::uuid[])
              else farm_id = any ((select farm.my_farms())::uuid[]) end)
  with check (case when farm_id is null then owner_id = nullif(current_setting('app.user_id', true), '')::uuid
                   else farm_id = any ((select farm.my_farms())::uuid[]) end);
