-- a use of an identifier begins and ends. As long as nobody has said when it began, the beginning is when it was written
-- down, and gives way to what is said of its end
alter table farm.identifier
  add column since_told boolean not null default false,
  add column colour text check (length(colour) between 1 and 40),
  add column ear text check (ear in ('left', 'right'));

-- of two uses of one number neither overlaps the other, whether they go on or have ended; what is disputed waits
alter table farm.identifier drop constraint identifier_on_one_animal;
alter table farm.identifier add constraint identifier_on_one_animal exclude using gist
  (farm_id with =, scheme with =, scope with =, value with =, validity with &&) where (state <> 'disputed');
create index identifier_disputed on farm.identifier (farm_id, id) where state = 'disputed';
