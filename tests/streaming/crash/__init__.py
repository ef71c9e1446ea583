"""The crash certificate: processes that land and refresh are killed at every step, and nothing is lost or doubled.

`zygote` forks the workers, `work` and `dagster_work` are what they do, `traffic` is what they are given, `campaign`
kills them, `disturbances` befall brokers and Dagster meanwhile, `certificate` counts and compares.
"""
