"""Promises about upkeep: nothing that anybody can read changes, beside running writers and after any crash."""
