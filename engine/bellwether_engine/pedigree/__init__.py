"""A pedigree and the relationships that follow from it."""
