-- measured: 39,000 rows take 0.3 s without and 0.55 s with it, where the run itself takes 14 s
alter table genetics.breeding_value
  add foreign key (farm_id, animal_id) references farm.animal (farm_id, id);
