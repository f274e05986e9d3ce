"""What documents may say, as JSON Schema 2020-12: one module a group of kinds; `published` puts them together."""
