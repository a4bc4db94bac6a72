"""The breeding season: what follows from joinings, scans, lambings, fosterings, markings and weanings."""
