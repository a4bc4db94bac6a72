"""The parts of the platform: how each is started and when it is ready."""
