"""Turns a signed contract into running services."""
