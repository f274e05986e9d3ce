"""Lotse and an application written by hand, side by side: the same data, the same pages, medians and ratios."""
