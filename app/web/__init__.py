"""Room `web`."""
