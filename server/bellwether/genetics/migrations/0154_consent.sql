-- what farms let the projects of the caller see, asked anew by every statement: withdrawn is gone at the next request.
-- plpgsql, for the schema of research is made after this one
create function genetics.consented_farms(what text) returns uuid[] language plpgsql stable set search_path = pg_catalog as $$
begin
  return farm.consented_farms(research.my_projects(), what);
end $$;
revoke execute on function genetics.consented_farms(text) from public;
grant execute on function genetics.consented_farms(text) to genetics_app;

create policy consented on genetics.sample for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]));
create policy consented on genetics.genotyping for select to genetics_app
  using (state = 'accepted' and farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]));
create policy consented on genetics.genotype for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]));
create policy consented on genetics.genotype_deviation for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]));
create policy consented on genetics.gene_result for select to genetics_app
  using (is_current and farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]));
create policy consented on genetics.chip for select to genetics_app
  using (id = any (array(select t.chip_id from genetics.genotyping t
                         where t.farm_id = any ((select genetics.consented_farms('genotypes'))::uuid[]))));

-- of evaluations what was published, never a run that nobody goes by
create policy consented on genetics.publication for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('breeding_values'))::uuid[]));
create policy consented on genetics.evaluation_run for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('breeding_values'))::uuid[])
         and id = any (array(select p.run_id from genetics.publication p
                             where p.farm_id = any ((select genetics.consented_farms('breeding_values'))::uuid[]))));
create policy consented on genetics.breeding_value for select to genetics_app
  using (farm_id = any ((select genetics.consented_farms('breeding_values'))::uuid[])
         and run_id = any (array(select p.run_id from genetics.publication p
                                 where p.farm_id = any ((select genetics.consented_farms('breeding_values'))::uuid[]))));

create or replace function genetics.genotype_farms() returns uuid[] language sql stable as $$
  select array(select unnest(farm.my_farms())
               union select farm_id from genetics.genotype_share where with_farm_id = any ((select farm.my_farms())::uuid[])
               union select unnest(genetics.consented_farms('genotypes'))
               order by 1)
$$;
