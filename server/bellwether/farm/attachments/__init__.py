"""Photos and papers of a farm by the hash of their bytes, and what refers to them: a record waits for none of them."""
