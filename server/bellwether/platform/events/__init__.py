"""Facts: written with the change, relayed to JetStream, consumed once."""
