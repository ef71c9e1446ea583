"""Benchmark of gold: attribution against other programs, late rows against rebuilds, marts against silver."""
