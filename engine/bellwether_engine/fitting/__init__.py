"""From a model, records and a pedigree to a solution: `bellwether_engine.fit`."""
