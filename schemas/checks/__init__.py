"""What is watched, as data: signals, thresholds with their reasons, checks. How they are judged lives elsewhere."""
