"""Launcher: starts Dagster's runs on one machine without importing everything anew for each.

A run of Dagster is a process, and half of a micro-batch's time went into its imports. Here one process imports them
once (`zygote`) and forks for each run; the launcher (`forking`) is what `dagster.yaml` names. Not here: what runs do.
"""
