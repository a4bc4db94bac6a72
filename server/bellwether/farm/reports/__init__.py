"""What a farm is told about itself: each report is one file, found by the catalogue."""
