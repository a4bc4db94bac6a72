"""What can be said about flocks and populations: connectedness, genetic trend, depth of the pedigree, validation."""
