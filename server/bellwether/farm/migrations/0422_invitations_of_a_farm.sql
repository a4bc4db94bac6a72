-- the list of a farm shows those that were accepted or withdrawn, too
create index invitation_farm on farm.invitation (farm_id, id);
