"""What every service's HTTP side has in common."""
