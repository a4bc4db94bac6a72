"""A chunk of typed rows: what they name is loaded, each is judged, what they say is stored and told."""
