"""`./bellwether evaluate`: files in, breeding values out; no server, database or network."""
