"""What the profiles service says of persons, and persons who are gone."""
