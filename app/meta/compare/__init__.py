"""What differs between two Models, one module a group of kinds; `app.meta.diff` puts it together."""
