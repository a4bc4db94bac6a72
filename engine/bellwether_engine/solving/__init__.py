"""Solving the mixed-model equations: directly, or by preconditioned conjugate gradients."""
