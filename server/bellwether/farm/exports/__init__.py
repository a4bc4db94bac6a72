"""Files out of the farm: each format says what it takes of a flock and how it is written; a job writes it and keeps it.

What a file cannot say is counted in the report that stands beside it, never dropped without a word.
"""
