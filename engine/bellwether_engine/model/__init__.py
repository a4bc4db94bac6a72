"""What a caller says: the model, its effects, variances and options, the records, the genotypes."""
