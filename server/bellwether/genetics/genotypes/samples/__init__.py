"""Samples: whose they are, which of several is preferred, what was set apart, and with whom an animal's are shared."""
