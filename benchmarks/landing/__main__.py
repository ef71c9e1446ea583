"""Runs the benchmark and prints its table."""

import json
import statistics
import subprocess
import sys
import tempfile

from benchmarks.landing.measure import Cost
from benchmarks.landing.traffic import BY_FEED, fill
from tests.real.kafka import Kafka

MESSAGES = 1_000_000
ROUNDS = 5


def main() -> None:
    """Fills the topics, runs limit and ours in turns, prints the medians."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    broker = Kafka()
    broker.start()
    try:
        print(
            "| feed | limit, CPU s per million | ours | ours / limit speed | ours, peak MB |\n|---|---|---|---|---|"
        )
        for feed_name, make in BY_FEED.items():
            broker.create_topic(feed_name, configs={"retention.ms": "-1"})
            fill(broker.bootstrap_servers, feed_name, make, messages)
            print(_row(broker.bootstrap_servers, feed_name, messages), flush=True)
    finally:
        broker.end(keep_logs=False)


def _row(servers: str, feed_name: str, messages: int) -> str:
    limits, ours = [], []
    for _ in range(ROUNDS):
        limits.append(_cost("limit", servers, feed_name, str(messages)))
        ours.append(_cost("ours", servers, feed_name, feed_name, str(messages)))
    low, high = (
        statistics.median(cost.cpu_seconds / cost.messages * 1e6 for cost in costs)
        for costs in (limits, ours)
    )
    peak = max(cost.peak_megabytes for cost in ours)
    return f"| {feed_name} | {low:.2f} | {high:.2f} | {low / high:.2f} | {peak:.0f} |"


def _cost(module: str, servers: str, topic: str, *arguments: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", f"benchmarks.landing.{module}", servers, topic, folder, *arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout))


if __name__ == "__main__":
    main()
