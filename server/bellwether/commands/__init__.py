"""Commands of the command line that use the whole platform."""
