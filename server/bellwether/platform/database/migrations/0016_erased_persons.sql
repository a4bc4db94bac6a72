-- answers that are kept for a person go with them
grant delete on idempotency_key to :app;
