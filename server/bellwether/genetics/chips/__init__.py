"""Chips with the versions of their marker maps; breeds and genome assemblies."""
