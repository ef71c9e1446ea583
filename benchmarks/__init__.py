"""Benchmarks: what the figures in the documentation were measured with; each folder is one command."""
