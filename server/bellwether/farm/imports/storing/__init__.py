"""What an import reads from and writes to the tables."""
