"""One OpenAPI document for all services, and pages to read it."""
