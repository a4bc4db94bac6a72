"""Why a breeding value is what it is, and why it changed."""
