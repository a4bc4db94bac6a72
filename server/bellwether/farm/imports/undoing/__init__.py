"""Taking an import back: what stands in the way, and everything as it was before."""
