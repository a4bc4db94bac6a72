"""Invitations to a farm by e-mail address."""
