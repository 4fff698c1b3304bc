"""Referential, sessions, grading, deliberation, awards."""
