"""How long a test waits for what has to happen: a slow or busy machine is no fault of the code."""

PATIENCE_S = 120.0
