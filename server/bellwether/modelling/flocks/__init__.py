"""A flock: its records and pedigree, which of them enter, the model that follows, and the report."""
