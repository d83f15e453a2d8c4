"""Composes every step into processes: settings, access, entry points."""
