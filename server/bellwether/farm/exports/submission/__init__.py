"""A submission to Sheep Genetics: what is sent of each animal, and what stands in its way."""
