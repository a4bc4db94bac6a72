"""Research projects: a question, its time, its state and its members."""
