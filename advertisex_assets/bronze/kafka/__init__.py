"""Lands Kafka topics in bronze, exactly once: rows and offsets in one commit.

What lives here: messages to bronze rows, gaps in the offsets, the commits. How the brokers are asked is in
`resources/kafka`; when landing runs is in `sensors`.
"""

from advertisex_assets.bronze.kafka.landing import Budget, KafkaReceipt, land_kafka

__all__ = ["Budget", "KafkaReceipt", "land_kafka"]
