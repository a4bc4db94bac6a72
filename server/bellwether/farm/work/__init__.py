"""What is to be done on a farm, and when; what is done together in the yards."""
