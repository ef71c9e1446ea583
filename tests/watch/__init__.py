"""Promises about watching: every record accounted for, faults noticed, people told once."""
