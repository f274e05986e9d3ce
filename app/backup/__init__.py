"""Backups: one file that holds everything, on either kind of database, and the way back."""
