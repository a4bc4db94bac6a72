"""From a model and its records to the mixed-model equations."""
