"""What every service needs, once. Platform knows no animal."""
