"""Promises about erasure: the person is gone, everybody else is not, and the sums still agree."""
