"""Benchmark of attribution: engine-neutral code against the same written by hand for Polars, in one run."""
