"""The whole job, from Kafka to campaign numbers in gold, beside a Spark Structured Streaming program doing the same.

`python -m benchmarks.whole_job` runs both in turns over the same topics, each time in a fresh process, asserts that
their numbers are equal, and writes `benchmarks/results/whole_job.md` and `.json`; `--long` has two million events,
`--sweep` tries Spark's settings.

    traffic   journeys of users, with events sent twice and events that are broken, and the reference data
    outcome   what a run cost, and the numbers that both must agree on
    ours      landing, silver, invalid traffic, the marts
    spark     the other program
    sweep     the settings that it was tried with
"""
