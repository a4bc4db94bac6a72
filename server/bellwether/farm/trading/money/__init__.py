"""What stock brought and cost: seen by owners of the farm, and by nobody else."""
