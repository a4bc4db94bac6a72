create table farm.animal (
  id uuid primary key,
  farm_id uuid not null,
  flock_id uuid not null,
  tag text,
  sex text not null default 'unknown' check (sex in ('male', 'female', 'unknown')),
  fertility text not null default 'unknown' check (fertility in ('fertile', 'infertile', 'neutered', 'cryptorchid', 'unknown')),
  birth_date date,
  birth_date_confidence text check (birth_date_confidence ~ '^[AEU]{3}$'),
  birth_type int2 check (birth_type between 1 and 12),
  rear_type int2 check (rear_type between 0 and 12),
  drop_year int2 check (drop_year between 1900 and 2200),
  birth_group text,
  is_embryo_transfer boolean not null default false,
  reference_only boolean not null default false,
  source text not null check (source in ('api', 'import', 'device')),
  import_id uuid,
  recorded_by uuid,
  rev bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  unique (farm_id, id),
  foreign key (farm_id, flock_id) references farm.flock (farm_id, id)
);
create index animal_flock on farm.animal (farm_id, flock_id, id);

-- scope: the flock and year of a visual tag, which is unique nowhere else; empty for all other schemes
create table farm.identifier (
  id uuid primary key,
  farm_id uuid not null,
  animal_id uuid not null,
  scheme text not null,
  value text not null check (length(value) between 1 and 100),
  scope text not null default '',
  raw text not null,
  kind text not null check (kind in ('eid', 'visual', 'registration', 'name')),
  official boolean not null default false,
  validity tstzrange not null default tstzrange(clock_timestamp(), null),
  state text not null default 'active' check (state in ('active', 'closed', 'disputed')),
  created_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id),
  check (scheme <> 'std.iso.11785' or value ~ '^[0-9]{15}$'),
  constraint identifier_on_one_animal exclude using gist
    (farm_id with =, scheme with =, scope with =, value with =, validity with &&) where (state = 'active')
);
create index identifier_animal on farm.identifier (farm_id, animal_id);
create index identifier_value on farm.identifier (farm_id, value) where state = 'active';
create unique index identifier_official on farm.identifier (farm_id, animal_id, scheme)
  where state = 'active' and official;

create table farm.parent_claim (
  id uuid primary key,
  farm_id uuid not null,
  child_id uuid not null,
  parent_id uuid not null check (parent_id <> child_id),
  parent_type text not null check (parent_type in
    ('sire', 'dam', 'et_donor_dam', 'et_recipient_dam', 'rearing_dam', 'excluded_sire')),
  method text not null default 'observed' check (method in ('observed', 'associated', 'derived', 'dna')),
  probability float8 check (probability between 0 and 1),
  status text not null default 'accepted' check (status in ('proposed', 'accepted', 'rejected', 'superseded')),
  source text not null check (source in ('api', 'import', 'device')),
  import_id uuid,
  recorded_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (farm_id, child_id) references farm.animal (farm_id, id),
  foreign key (farm_id, parent_id) references farm.animal (farm_id, id)
);
create unique index parent_claim_one_sire on farm.parent_claim (child_id)
  where status = 'accepted' and parent_type = 'sire';
create unique index parent_claim_one_dam on farm.parent_claim (child_id)
  where status = 'accepted' and parent_type in ('dam', 'et_donor_dam');
create index parent_claim_child on farm.parent_claim (farm_id, child_id);
create index parent_claim_parent on farm.parent_claim (farm_id, parent_id);

grant select, insert, update on farm.animal, farm.identifier, farm.parent_claim to farm_app;
grant references on farm.animal to genetics_owner;
