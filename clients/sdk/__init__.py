"""The typed Python client: ``Bidwright`` is a connection, ``RequestRefused`` says why something was not done."""

from bidwright.clients.sdk.client import Bidwright
from bidwright.clients.sdk.refusal import FieldFault, RequestRefused

__all__ = ["Bidwright", "FieldFault", "RequestRefused"]
