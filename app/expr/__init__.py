"""Room `expr`."""
