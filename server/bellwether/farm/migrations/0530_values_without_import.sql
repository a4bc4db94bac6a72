-- a value that came with the archive of a farm is of no import of this one
alter table farm.imported_value alter column import_id drop not null, alter column import_row drop not null;
