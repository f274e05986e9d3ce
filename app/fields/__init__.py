"""Field types: one file a type, the contract in `base`, the list in `registry`."""
