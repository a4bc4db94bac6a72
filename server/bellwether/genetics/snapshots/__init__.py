"""The tables of runs: what they read, by digest, and what they gave."""
