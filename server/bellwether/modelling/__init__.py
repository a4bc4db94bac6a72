"""From tables of pedigree, records and genotypes to tables of results, by a model and the engine; no database."""
