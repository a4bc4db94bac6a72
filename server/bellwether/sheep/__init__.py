"""The words and rules of the barn: traits, identifiers, pedigree, findings; no web, no database, no clock."""
