"""Room `changes`."""
