"""What the worker does with a file: previews it, commits it, takes it up again."""
