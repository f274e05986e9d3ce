"""Masks: from a mask's document to HTML pieces that a request fills in, and from a submitted form to raw values."""
