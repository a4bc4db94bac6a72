"""Resources of the standard as we send them: what it asks for, one file for each part of the farm."""
