"""What the whereabouts say: where an animal stands, how a paddock was grazed and rested, how heavily it is stocked."""
