"""Searches whose answers are longer than a page: kept for their user, who pages through them."""
