"""Animals as germplasm."""
