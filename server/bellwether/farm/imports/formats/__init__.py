"""One file for each kind of file: the columns that it has and the typed row that a line becomes."""
