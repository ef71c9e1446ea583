"""Alerts as values: what can go wrong, what an incident is, who is told and how. No delivery, no judgement here."""
