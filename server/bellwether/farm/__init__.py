"""The Farm Management Service: farms, flocks, animals with identifiers and parents, measurements, file imports."""
