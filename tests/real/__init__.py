"""Real components for tests: Kafka, a schema registry, PostgreSQL, Chromium, Prometheus.

What lives here: how each is found, started in a fresh folder on a free port, and ended. What does not: tests of ours
that use them (`tests/streaming`, `tests/journeys`, ...); only the tests that prove these fixtures are beside them.
"""
