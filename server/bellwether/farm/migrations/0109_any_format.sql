-- which kinds of file there are is said by farm/imports/formats, and by no list beside it
alter table farm.import_batch drop constraint import_batch_kind_check;
-- published_measurement carries weights with all other measurements, and nobody reads this view any more
drop view farm.published_weight;
