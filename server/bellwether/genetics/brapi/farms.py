"""Where rows of genotypes lie that the caller may see."""

#: in a place of `FROM`
FARMS = "(select unnest(genetics.genotype_farms()) as id)"
#: in a place of `ANY`
ANY_FARM = "any ((select genetics.genotype_farms())::uuid[])"
IN_FLOCK = "{animal} in (select f.id from farm.published_animal f where f.flock_id = any({{}}::uuid[]))"
OF_TAG = "{animal} in (select f.id from farm.published_animal f where coalesce(f.tag, f.id::text) = any({{}}::text[]))"
IN_FLOCK_NAMED = """
{animal} in (select f.id from farm.published_animal f join farm.published_flock k on k.id = f.flock_id
             where k.name = any({{}}::text[]))
"""
