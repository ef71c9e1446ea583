"""Watching, with the lake at hand: recounts, baselines, incidents and metrics; judgement is in `transforms/watch`."""
