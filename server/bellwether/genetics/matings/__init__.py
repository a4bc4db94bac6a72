"""Matings: expected progeny of planned ones, mating plans, optimal contributions."""
