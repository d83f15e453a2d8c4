"""Words every step shares: money, errors, clock, ids, text. Standard library only."""
