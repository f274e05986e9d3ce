"""The command `lotse`: one module a group of commands, thin, without rules of its own."""
