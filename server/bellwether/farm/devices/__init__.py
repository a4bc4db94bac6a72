"""Phones and tablets of the people of a farm: what each has not sent, and signing out without losing it."""
