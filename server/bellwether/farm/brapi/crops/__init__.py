"""What this server answers to, and of which species."""
