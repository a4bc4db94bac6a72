"""What a head of each class is worth, as an owner of the farm states it."""
