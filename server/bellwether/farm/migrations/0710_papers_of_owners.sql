-- a paper of an event that owners alone see (what something cost) is of owners alone: its link is not there for others,
-- and neither are the bytes, as long as nothing else that they see has them
create function farm.has_links(farm uuid, hash text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from farm.attachment_link where farm_id = farm and sha256 = hash)
$$;
revoke execute on function farm.has_links(uuid, text) from public;
grant execute on function farm.has_links(uuid, text) to farm_app;

do $$
declare what text;
begin
  foreach what in array array['select', 'update', 'delete'] loop
    execute format('create policy of_seen_events_%1$s on farm.attachment_link as restrictive for %1$s to farm_app
                    using (event_id is null or exists (select from farm.event e
                      where e.farm_id = attachment_link.farm_id and e.id = attachment_link.event_id))', what);
  end loop;
  foreach what in array array['attachment', 'attachment_part'] loop
    execute format('create policy of_seen_links on farm.%1$I as restrictive for select to farm_app
                    using (exists (select from farm.attachment_link l where l.farm_id = %1$I.farm_id and l.sha256 = %1$I.sha256)
                      or not farm.has_links(farm_id, sha256))', what);
  end loop;
end $$;
