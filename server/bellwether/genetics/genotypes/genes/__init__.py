"""Single genes: results of laboratories, scrapie classes, carriers and defects."""
