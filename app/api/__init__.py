"""The REST API: a second consumer of the read gate and the write path, beside the masks; no rule lives here."""
