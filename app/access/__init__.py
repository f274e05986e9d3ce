"""Who may do what: actors and the rights that their roles' documents give them."""
