"""Anomalies: how many planted faults are found, how soon, and how often a clean week raises an alarm."""
