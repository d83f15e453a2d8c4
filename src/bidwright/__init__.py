"""Bidwright: configure, price and quote managed ICT services, and provision them on signature.

Each folder of the repository is linked into this package under its own name (``bidwright.pricing`` is ``pricing/``);
``bidwright.v1`` is the generated contract. See docs/adr/0001-one-package-flat-folders.md.
"""
