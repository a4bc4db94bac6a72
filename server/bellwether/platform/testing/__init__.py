"""Doubles for tests of services; each passes the contract suite of what it stands for."""
