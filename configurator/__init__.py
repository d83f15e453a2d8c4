"""Picks valid combinations of components for a customer's needs."""
