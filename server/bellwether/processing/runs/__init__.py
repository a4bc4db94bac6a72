"""Pipeline runs: what each run read, what it made, and how it ended."""
