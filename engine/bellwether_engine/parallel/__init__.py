"""Who computes long products: threads, or other machines."""
