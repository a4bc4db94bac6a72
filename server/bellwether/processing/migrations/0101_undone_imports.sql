-- from farm.import.undone.v1: nothing of the file is in the herd any more; its counts stay, as what it had been
alter table processing.import_batch add column undone_at timestamptz;
