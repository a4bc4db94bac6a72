"""What BrAPI asks of the whole platform: which of its calls are answered, by whatever service."""
