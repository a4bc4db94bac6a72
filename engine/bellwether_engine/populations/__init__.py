"""What is told of flocks and populations: connectedness, genetic trend, depth of the pedigree, validation."""
