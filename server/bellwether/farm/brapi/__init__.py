"""BrAPI 2.1, the part that reads: https://brapi.org. Animals are germplasm; the standard's words stay at this edge."""
