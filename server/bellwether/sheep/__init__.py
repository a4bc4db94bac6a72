"""The words and rules of the barn: traits, identifiers, pedigree, findings; no web, no database, no clock."""

#: what the animals are, in the words of others
CROP = "sheep"
GENUS, SPECIES = "Ovis", "aries"
