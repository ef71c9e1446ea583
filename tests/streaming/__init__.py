"""Streaming from a real Kafka: what is produced is in bronze exactly once, whatever dies."""
