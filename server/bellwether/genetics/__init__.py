"""The Genetic Data Service: traits, evaluations and breeding values."""
