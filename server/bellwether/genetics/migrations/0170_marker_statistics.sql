-- A map is written once and asked at once. Statistics of the maps before it say that there is none like it, and then
-- every index looks alike: one marker was found by reading its whole map. So who writes a map has it counted.
create function genetics.count_markers() returns void
language plpgsql security definer set search_path = genetics, pg_catalog as $$
begin
  analyze genetics.marker (chip_id, map_version);
end $$;
revoke execute on function genetics.count_markers() from public;
grant execute on function genetics.count_markers() to genetics_app;

-- a stretch of a chromosome, and the size of a block
create index marker_position on genetics.marker (chip_id, map_version, chrom, position);
