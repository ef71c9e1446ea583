"""What one micro-batch costs through the whole job when other dates hold ever more rows, and what a rebuild costs.

`python -m benchmarks.history` lands batches of every feed and brings silver, invalid traffic and every mart up to date,
in lakes that hold 1 and 10 million more rows (`--long`: 100 million too), in turns, each time in a fresh process.

    lakes      a lake made by the real pipeline, and the same with its dates repeated
    process    one measured run
"""
