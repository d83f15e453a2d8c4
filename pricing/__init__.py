"""Prices a configuration exactly and explains every step."""
