"""The demo company "Neckarwerk Servicetechnik GmbH": records made up by a seeded generator of our own.

The same seed and the same reference date give the same records. Every address is invented, every telephone number
comes from the ranges that the Bundesnetzagentur keeps for fiction, every e-mail domain ends in `.example`.
"""
