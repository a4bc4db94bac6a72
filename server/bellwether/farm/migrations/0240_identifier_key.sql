-- what an identifier is, in one number: an exclusion over four texts compares each new tag with much of the farm, for the
-- first of them, the farm, divides nothing. The number is of 64 bits, so two that differ in their texts and agree in it
-- are not expected in the life of a farm; the rule itself is as it was: two uses of one number never overlap
alter table farm.identifier add column use_key int8 not null generated always as
  (hashtextextended(farm_id::text || chr(31) || scheme || chr(31) || scope || chr(31) || value, 0)) stored;
alter table farm.identifier drop constraint identifier_on_one_animal;
alter table farm.identifier add constraint identifier_on_one_animal exclude using gist
  (use_key with =, validity with &&) where (state <> 'disputed');
