"""The few pages that people read in a browser: no script or font from elsewhere."""
