-- what everybody reads: breeds and assemblies. Names by language, as ISO 639-1 writes it
create table genetics.breed (
  code text primary key check (code ~ '^[A-Z0-9]{2,8}$'),
  names jsonb not null check (jsonb_typeof(names) = 'object' and names ? 'en'),
  origin text,
  purpose text[] not null default '{}'
);
create table genetics.assembly (
  code text primary key,
  accession text not null unique,
  released_on date,
  note text not null default ''
);
insert into genetics.assembly (code, accession, note) values
  ('Oar_v3.1', 'GCA_000298735.1', 'Texel'),
  ('Oar_v4.0', 'GCA_000298735.2', 'Texel'),
  ('Oar_rambouillet_v1.0', 'GCA_002742125.1', 'Rambouillet'),
  ('ARS-UI_Ramb_v2.0', 'GCA_016772045.1', 'Rambouillet'),
  ('ARS-UI_Ramb_v3.0', 'GCA_016772045.2', 'Rambouillet');
insert into genetics.breed (code, names, origin, purpose) values
  ('MER', '{"en": "Merino", "de": "Merino", "fr": "Mérinos", "es": "Merino"}', 'ES', '{wool}'),
  ('POM', '{"en": "Poll Merino", "de": "Hornloses Merino", "fr": "Mérinos sans cornes", "es": "Merino mocho"}', 'AU', '{wool}'),
  ('COR', '{"en": "Corriedale", "de": "Corriedale", "fr": "Corriedale", "es": "Corriedale"}', 'NZ', '{wool,meat}'),
  ('DOR', '{"en": "Dorper", "de": "Dorper", "fr": "Dorper", "es": "Dorper"}', 'ZA', '{meat}'),
  ('WDO', '{"en": "White Dorper", "de": "Weißes Dorper", "fr": "Dorper blanc", "es": "Dorper blanco"}', 'ZA', '{meat}'),
  ('PDO', '{"en": "Poll Dorset", "de": "Poll Dorset", "fr": "Dorset sans cornes", "es": "Dorset mocho"}', 'AU', '{meat}'),
  ('SUF', '{"en": "Suffolk", "de": "Suffolk", "fr": "Suffolk", "es": "Suffolk"}', 'GB', '{meat}'),
  ('TEX', '{"en": "Texel", "de": "Texel", "fr": "Texel", "es": "Texel"}', 'NL', '{meat}'),
  ('BOL', '{"en": "Border Leicester", "de": "Border Leicester", "fr": "Border Leicester", "es": "Border Leicester"}', 'GB', '{meat,wool}'),
  ('ROM', '{"en": "Romney", "de": "Romney", "fr": "Romney", "es": "Romney"}', 'GB', '{wool,meat}'),
  ('COP', '{"en": "Coopworth", "de": "Coopworth", "fr": "Coopworth", "es": "Coopworth"}', 'NZ', '{meat,wool}'),
  ('PER', '{"en": "Perendale", "de": "Perendale", "fr": "Perendale", "es": "Perendale"}', 'NZ', '{meat,wool}'),
  ('CHE', '{"en": "Cheviot", "de": "Cheviot", "fr": "Cheviot", "es": "Cheviot"}', 'GB', '{meat}'),
  ('CHA', '{"en": "Charollais", "de": "Charollais", "fr": "Mouton charollais", "es": "Charollais"}', 'FR', '{meat}'),
  ('IDF', '{"en": "Ile de France", "de": "Île-de-France", "fr": "Île-de-France", "es": "Île de France"}', 'FR', '{meat}'),
  ('LAC', '{"en": "Lacaune", "de": "Lacaune", "fr": "Lacaune", "es": "Lacaune"}', 'FR', '{milk,meat}'),
  ('EFR', '{"en": "East Friesian", "de": "Ostfriesisches Milchschaf", "fr": "Frisonne", "es": "Frisona"}', 'DE', '{milk}'),
  ('AWA', '{"en": "Awassi", "de": "Awassi", "fr": "Awassi", "es": "Awassi"}', 'IQ', '{milk,meat}'),
  ('FIN', '{"en": "Finnsheep", "de": "Finnschaf", "fr": "Finnois", "es": "Finlandesa"}', 'FI', '{meat,wool}'),
  ('RMV', '{"en": "Romanov", "de": "Romanow", "fr": "Romanov", "es": "Romanov"}', 'RU', '{meat}'),
  ('SBF', '{"en": "Scottish Blackface", "de": "Scottish Blackface", "fr": "Blackface écossais", "es": "Cara negra escocesa"}', 'GB', '{meat}'),
  ('WMO', '{"en": "Welsh Mountain", "de": "Walisisches Bergschaf", "fr": "Mouton de montagne gallois", "es": "Montaña galesa"}', 'GB', '{meat}'),
  ('BFL', '{"en": "Bluefaced Leicester", "de": "Bluefaced Leicester", "fr": "Bluefaced Leicester", "es": "Bluefaced Leicester"}', 'GB', '{meat}'),
  ('HAM', '{"en": "Hampshire", "de": "Hampshire", "fr": "Hampshire", "es": "Hampshire"}', 'GB', '{meat}'),
  ('KAT', '{"en": "Katahdin", "de": "Katahdin", "fr": "Katahdin", "es": "Katahdin"}', 'US', '{meat}'),
  ('RAM', '{"en": "Rambouillet", "de": "Rambouillet", "fr": "Mérinos de Rambouillet", "es": "Rambouillet"}', 'FR', '{wool,meat}'),
  ('DOH', '{"en": "Dohne Merino", "de": "Dohne-Merino", "fr": "Mérinos Dohne", "es": "Merino Dohne"}', 'ZA', '{wool,meat}'),
  ('SAM', '{"en": "South African Mutton Merino", "de": "Südafrikanisches Fleischmerino", "fr": "Mérinos à viande sud-africain", "es": "Merino de carne sudafricano"}', 'ZA', '{meat,wool}'),
  ('MLW', '{"en": "Merinolandschaf", "de": "Merinolandschaf", "fr": "Mérinos du Wurtemberg", "es": "Merino de Wurtemberg"}', 'DE', '{meat,wool}');
grant select on genetics.breed, genetics.assembly to genetics_app;

-- a chip is a farm's own, or everybody's where it names no farm
create table genetics.chip (
  id int4 generated always as identity primary key,
  farm_id uuid,
  code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  name text not null check (length(name) between 1 and 120),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (farm_id, code)
);
-- a new map is a new version: genotypes stay under the one by which they were read
create table genetics.marker_map (
  chip_id int4 not null references genetics.chip,
  version int2 not null check (version > 0),
  assembly text references genetics.assembly,
  n_markers int4 not null check (n_markers > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  file_name text not null,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (chip_id, version),
  unique (chip_id, sha256)
);
-- place: of the marker by chromosome and position; ordinal: in the file. With block and at its call is found in a row
create table genetics.marker (
  chip_id int4 not null,
  map_version int2 not null,
  place int4 not null,
  ordinal int4 not null,
  chrom int2 not null,
  block int2 not null,
  at int2 not null,
  position int8 not null check (position >= 0),
  name text not null,
  written text not null,
  cm text not null,
  counted text not null,
  other text not null,
  primary key (chip_id, map_version, place),
  unique (chip_id, map_version, name),
  foreign key (chip_id, map_version) references genetics.marker_map
);

alter table genetics.chip enable row level security;
alter table genetics.chip force row level security;
create policy tenant on genetics.chip using (farm_id = any ((select farm.my_farms())::uuid[]))
  with check (farm_id = any ((select farm.my_farms())::uuid[]));
create policy of_everybody on genetics.chip for select using (farm_id is null);
create policy writer_adds on genetics.chip as restrictive for insert
  with check (farm_id = any ((select farm.my_writable_farms())::uuid[]));
do $$
declare name text;
begin
  foreach name in array array['marker_map', 'marker'] loop
    execute format('alter table genetics.%I enable row level security', name);
    execute format('alter table genetics.%I force row level security', name);
    execute format('create policy of_chip on genetics.%I for select
                    using (chip_id = any (array(select id from genetics.chip)))', name);
    execute format('create policy writer_adds on genetics.%I for insert with check (chip_id = any (array(
                    select id from genetics.chip where farm_id = any ((select farm.my_writable_farms())::uuid[]))))', name);
  end loop;
end $$;
grant select, insert on genetics.chip, genetics.marker_map, genetics.marker to genetics_app;
