"""Watching with the lake at hand: recounts, incidents, metrics; judgement is in `transforms/watch`."""
