"""Lotse: a CRM that a company shapes itself with JSON documents."""
