"""Candidates, enrolments, accommodations and exemptions."""
