"""What a fit gives back."""
