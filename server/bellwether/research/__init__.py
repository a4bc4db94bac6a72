"""Research Analysis Service: projects and who works on them."""
