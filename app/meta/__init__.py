"""Room `meta`."""
