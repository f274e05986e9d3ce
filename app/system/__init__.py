"""Room `system`."""
