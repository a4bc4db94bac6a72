"""What must hold of joinings, litters and lambs at foot."""
