"""Diplomas, attestations, notices and minutes, made from events."""
