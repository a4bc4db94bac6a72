-- both parents of an animal are read with one look at an index, and those of a farm without a look at other farms'
drop index farm.parent_claim_child;
create index parent_claim_child on farm.parent_claim (farm_id, child_id) include (parent_id, parent_type, status);
