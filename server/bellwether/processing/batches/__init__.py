"""Import batches: one row for each file that a farm has imported."""
