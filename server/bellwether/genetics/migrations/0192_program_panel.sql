-- haplotypes of others that a program read beside the calls, and the genetic map that it was given
alter table genetics.program_step
  add column panel_file_id uuid,
  add column panel_sha256 text check (panel_sha256 ~ '^[0-9a-f]{64}$'),
  add column genetic_map_sha256 text check (genetic_map_sha256 ~ '^[0-9a-f]{64}$'),
  add check (finished_at is null or (panel_file_id is null) = (panel_sha256 is null));
create index program_step_panel on genetics.program_step (farm_id, panel_sha256, id desc)
  where panel_sha256 is not null;
