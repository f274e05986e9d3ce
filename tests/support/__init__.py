"""What tests need to stand on: a database server, a browser, an installation."""
