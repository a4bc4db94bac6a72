"""Tags and numbers of animals: from when to when each was in use, and what two animals claim at once."""
