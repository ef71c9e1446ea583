"""Watching, pure: sums that must agree, what is usual, how fresh data is. Reading and telling live elsewhere."""
