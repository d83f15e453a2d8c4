"""What the commands `bid` and `bidwright` have in common: options and text. Nothing else in core knows the contract."""
