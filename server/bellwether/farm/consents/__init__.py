"""What a farm lets research projects see, and for how long."""
