"""How long an event takes from Kafka to a row of gold, with real sensors in a real `dagster dev` and a real broker.

`python -m benchmarks.end_to_end` sends a steady stream for two minutes and writes `benchmarks/results/end_to_end.md`
and `.json`. Wall time is measured, so nothing else should run on the machine; the CPU seconds hold on a busy one.

    traffic    what is sent, and when
    stage      the broker, the lake and `dagster dev`
    processes  what each run and each server of Dagster used
    latency    when each event could be read in gold, from the table's own log
"""
