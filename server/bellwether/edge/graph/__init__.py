"""GraphQL: nested reads across services."""
