"""Takes a quote from draft to signed contract."""
