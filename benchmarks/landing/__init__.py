"""How fast Kafka is landed, beside the limit: the barest loop that takes the same bytes from a broker to Parquet.

`python -m benchmarks.landing` starts a broker, fills one topic per format, runs both in turns, each time in a fresh
process, and prints CPU seconds per million messages as Markdown. What is measured lives in `limit` and `ours`.
"""
