"""Who starts, watches and stops the parts."""
