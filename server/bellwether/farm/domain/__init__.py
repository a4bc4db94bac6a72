"""The rules of the farm, without web, database or clock."""
