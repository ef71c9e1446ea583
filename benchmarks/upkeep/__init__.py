"""Upkeep beside micro-batches: files, reads and cost per commit, against one bulk load and against no upkeep."""
