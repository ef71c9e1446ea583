"""The crash certificate: processes that land and refresh are killed at every step, and nothing is lost or doubled.

`zygote` forks the workers, `work` is what they do, `campaign` kills them, `certificate` counts and compares.
"""
