"""Promises of the sample traffic: the same seed the same bytes, and a truth that other eyes can confirm."""
