"""The Farm Management Service: farms, flocks, animals with their identifiers and parents, weights, file imports."""
