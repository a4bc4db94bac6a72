-- header of the farm's own files -> field of an import, or `ignore`
alter table farm.farm add column import_headers jsonb not null default '{}' check (jsonb_typeof(import_headers) = 'object');
