"""Room `forms`."""
