"""The face of ICAR Animal Data Exchange 1.3: what is stored, in the words of that standard."""
