"""What the records look like before anything is solved: numbers, classes, years, in JSON, text and HTML."""
