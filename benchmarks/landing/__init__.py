"""How fast Kafka is landed, beside the limit and beside Spark Structured Streaming.

`python -m benchmarks.landing` starts a broker, fills one topic per format, runs all three in turns, each time in a
fresh process, and writes `benchmarks/results/landing.md` and `.json`. What is measured lives in `limit`, `ours` and
`spark`; the settings that Spark was tried with in `sweep`.
"""
