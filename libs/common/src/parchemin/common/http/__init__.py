"""The HTTP side that all services share: application factory, transactions, conditional requests, idempotency."""
