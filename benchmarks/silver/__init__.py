"""How fast silver is, beside the limit, and what a micro-batch costs when much is stored already.

`python -m benchmarks.silver [--long] [limit] [history] [large]` makes lakes of generated traffic, runs the cases in
turns, each run in a fresh process, and writes `benchmarks/results/silver.md` and `.json`. Every figure that counts
is a ratio of CPU seconds within one run: other work on the machine moves those least.

    lakes      the lakes that cases start from
    works      what is measured: the limit (decode, and write Parquet), and silver's own entry points
    process    one measured run in a process of its own
    cases      which runs are compared
"""
