-- an address is a person's, and an invitation keeps it after both who asked and who was asked are gone: what an erased
-- person had sent and nobody has accepted is withdrawn and without its address, and so is what was sent to their own
create function farm.forget_address(address text) returns void
language plpgsql security definer set search_path = pg_catalog, farm as $$
begin
  update farm.invitation i set email = i.id || '@erased.invalid', withdrawn_at = coalesce(i.withdrawn_at, clock_timestamp())
  where i.email = address and i.accepted_at is null;
  update farm.invitation i set email = i.id || '@erased.invalid' where i.email = address;
end $$;
revoke execute on function farm.forget_address(text) from public;
grant execute on function farm.forget_address(text) to farm_app;

create function farm.withdraw_invitations_of(person uuid) returns void
language sql security definer set search_path = pg_catalog, farm as $$
  update farm.invitation i set email = i.id || '@erased.invalid', withdrawn_at = coalesce(i.withdrawn_at, clock_timestamp())
  where i.invited_by = person and i.accepted_at is null
$$;
revoke execute on function farm.withdraw_invitations_of(uuid) from public;
grant execute on function farm.withdraw_invitations_of(uuid) to farm_app;

-- restrictive for everybody, it held back the owner of the tables too, who takes the name of a farm that nobody is left on
alter policy owner_changes on farm.farm to farm_app;
