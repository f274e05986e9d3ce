"""Records out of files that others wrote: read, checked, and written by the one write path."""
