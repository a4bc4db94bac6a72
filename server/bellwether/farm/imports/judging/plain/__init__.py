"""Lines of a long file that are judged together: as columns, each distinct part looked at once."""
