"""Generated: the validation options used in the contract."""
