"""Words every step shares: money, errors, clock, ids, text.

Standard library only, but for `command_line`, and for babel in `money_text`.
"""
