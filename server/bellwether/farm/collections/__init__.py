"""What phones keep of a farm: collections of rows, each with its table and what a device may do with them."""
