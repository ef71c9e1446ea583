"""Run tags: words that sensors, the command line and assets share."""

PENDING_ONLY = "advertisex/pending_only"
"""Set by sensors and `advertisex refresh`: only what is pending is done. Without it, a run rebuilds its dates."""

LANDING = "advertisex/landing"
"""The feed that a run lands: one such run at a time."""

REFRESHING = "advertisex/refreshing"
"""The layer and feed that a run refreshes: one such run at a time."""
