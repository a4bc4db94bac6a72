"""What happened on a farm: typed events that are appended, corrected by later ones, and never changed."""
