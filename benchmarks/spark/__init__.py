"""Spark, as tests and benchmarks compare with it: a local session (`session`) with the jars of `deploy/spark`."""
