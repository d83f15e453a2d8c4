"""Keeps records, events and queues in Redis."""
