"""Who calls: tokens, keys and permissions, revocations."""
