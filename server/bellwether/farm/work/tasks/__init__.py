"""Tasks: those that follow from events, and those that somebody wrote down."""
