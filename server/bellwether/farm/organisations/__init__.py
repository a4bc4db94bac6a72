"""Breeding societies, stations and families: who belongs to one belongs to its farms."""
