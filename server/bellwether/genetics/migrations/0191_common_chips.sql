-- a chip that names no farm is everybody's: an administrator adds it, in a transaction that says so, and nobody changes it
create function genetics.keeps_common_chips() returns boolean language sql stable as $$
  select coalesce(current_setting('app.common_chips', true), '') = 'kept'
$$;
revoke execute on function genetics.keeps_common_chips() from public;
grant execute on function genetics.keeps_common_chips() to genetics_app;
alter policy writer_adds on genetics.chip with check (
  farm_id = any ((select farm.my_writable_farms())::uuid[]) or (farm_id is null and genetics.keeps_common_chips()));
create policy common_adds on genetics.chip for insert with check (farm_id is null and genetics.keeps_common_chips());
create policy common_adds on genetics.marker_map for insert with check (
  genetics.keeps_common_chips() and chip_id = any (array(select id from genetics.chip where farm_id is null)));
create policy common_adds on genetics.marker for insert with check (
  genetics.keeps_common_chips() and chip_id = any (array(select id from genetics.chip where farm_id is null)));
