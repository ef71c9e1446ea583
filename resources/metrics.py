"""Metrics: serves samples to Prometheus. What is measured is handed in."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.checks.gauges import GAUGES, PART_SECONDS, PART_UP, Gauge

LOOPBACK = "127.0.0.1"
"""Figures about a business are for its own machines; whoever opens them to others puts a proxy before them."""

LASTS_SECONDS = 15.0
"""One look serves every scrape of the usual interval, however many scrape."""


@dataclass(frozen=True)
class Sample:
    """One value of one gauge; `labels` in the order of the gauge's."""

    gauge: Gauge
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Part:
    """One part of the metrics: a part that fails or is slow says so, and leaves the others alone."""

    name: str
    collect: Callable[[], Iterable[Sample]]
    lasts_seconds: float = LASTS_SECONDS


@dataclass(eq=False)
class PartsCollector(Collector):
    """Collects every part when asked, at most once per its own lifetime."""

    parts: Sequence[Part]
    _kept: dict[str, tuple[float, list[Sample]]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def collect(self) -> Iterator[Metric]:
        """Every gauge with its samples."""
        with self._lock:
            samples = [sample for part in self.parts for sample in self._samples(part)]
        for gauge in GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for sample in samples:
                if sample.gauge is gauge:
                    family.add_metric(sample.labels, sample.value)
            yield family

    def describe(self) -> Iterator[Metric]:
        """The names, without looking: registering must not read the lake."""
        for gauge in GAUGES:
            yield GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)

    def _samples(self, part: Part) -> list[Sample]:
        begun = time.monotonic()
        until, kept = self._kept.get(part.name, (0.0, []))
        if begun < until:
            return kept
        try:
            samples, up = list(part.collect()), 1.0
        except Exception:  # One part's failure is a value of `advertisex_collector_up`, not a failed scrape.
            samples, up = [], 0.0
        took = time.monotonic() - begun
        samples += [Sample(PART_UP, (part.name,), up), Sample(PART_SECONDS, (part.name,), took)]
        self._kept[part.name] = (begun + part.lasts_seconds, samples)
        return samples


@dataclass(frozen=True)
class MetricsServer:
    """A running endpoint."""

    port: int
    stop: Callable[[], None]


def serve_metrics(parts: Sequence[Part], port: int, address: str = LOOPBACK) -> MetricsServer:
    """Serves `/metrics` in a thread until stopped; port 0 takes any free one."""
    registry = CollectorRegistry()
    registry.register(PartsCollector(parts))
    server, thread = start_http_server(port, address, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return MetricsServer(server.server_port, stop)
