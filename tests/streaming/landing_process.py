"""A process that lands some partitions of a topic.

`python -m tests.streaming.landing_process FOLDER SERVERS TOPIC 0,2`
"""

import dataclasses
import sys

from advertisex_assets.bronze.kafka import Budget, land_kafka
from resources.kafka import Kafka
from resources.lake import Lake
from resources.run import new_run
from schemas.feeds.impressions import FEED as IMPRESSIONS


def main() -> None:
    """Lands until nothing waits, and prints how many messages that were and how many races it lost."""
    folder, servers, topic, listed = sys.argv[1:]
    partitions = {int(number) for number in listed.split(",")}
    feed, kafka = dataclasses.replace(IMPRESSIONS, topic=topic), Kafka({"bootstrap.servers": servers}, "landing")
    budget = Budget(run_rows=1_000_000, commit_rows=200)
    receipt = land_kafka(Lake(f"{folder}/lake"), feed, kafka, budget, new_run("landing"), partitions=partitions)
    print(receipt.messages, receipt.conflicts)


if __name__ == "__main__":
    main()
