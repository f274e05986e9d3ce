"""Programs for those who build Lotse: set-up, checks, lock files. Nothing of the product imports them."""
