-- every measurement that an import makes has a later number than the import. So what it made is found among what its farm
-- has written since, and no index of all measurements by their imports has to be kept for the day of an undo
alter table farm.import_batch add column first_seq int8 not null default 0;
alter table farm.import_batch alter column first_seq set default nextval('farm.change_seq');
drop index farm.observation_import;
