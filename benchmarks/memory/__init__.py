"""How much memory the whole job takes as what waits for it grows: it should be bounded, whatever waits.

`python -m benchmarks.memory` runs our program of `benchmarks.whole_job` once over ever more events, two million
of each day, each time in a fresh process; `--long` goes to a hundred million.
"""
