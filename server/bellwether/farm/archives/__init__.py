"""A whole farm as one archive of tables, out of the platform and into an empty farm."""
