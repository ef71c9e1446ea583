"""The demo: a stretch of sample traffic through a real `dagster dev`, from an embedded Kafka and from files."""
