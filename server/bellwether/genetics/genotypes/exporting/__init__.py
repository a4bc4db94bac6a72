"""Genotypes as files: asked for, written by a job, fetched."""
