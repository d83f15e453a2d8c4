"""The generated contract: messages and services of proto/bidwright/v1."""
