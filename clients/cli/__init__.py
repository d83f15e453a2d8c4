"""`bid`, the thin command-line client."""
