"""Evaluations of tables: those that somebody sends, and those that another run has kept."""
