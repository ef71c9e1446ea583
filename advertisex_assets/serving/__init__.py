"""Serving: gold in PostgreSQL for BI tools, and lists of files for warehouses.

Not here: how rows get there (`resources.serving`).
"""
