"""Watching, pure: sums that must agree, what is usual, how fresh data is. No reading, no telling."""
