-- the way up a pedigree asks for nothing but parents: the indexes that hold a child to one of each have them too, so ten
-- generations are read without a look at the claims themselves
drop index farm.parent_claim_one_sire;
create unique index parent_claim_one_sire on farm.parent_claim (child_id) include (parent_id, farm_id)
  where status = 'accepted' and parent_type = 'sire';
drop index farm.parent_claim_one_dam;
create unique index parent_claim_one_dam on farm.parent_claim (child_id) include (parent_id, farm_id)
  where status = 'accepted' and parent_type in ('dam', 'et_donor_dam');
