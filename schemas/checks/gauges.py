"""Gauges: every metric that is exposed, with its labels; names and units by Prometheus' conventions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gauge:
    """One metric; `labels` take few values each (feeds, tables, outcomes), never ids of users or campaigns."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


RECORDS = Gauge(
    "advertisex_records", "Records by what became of them; outcome received counts all.", ("feed", "outcome")
)
REFUSED = Gauge("advertisex_refused_records", "Refused records by the rule they broke.", ("feed", "code"))
BALANCED = Gauge(
    "advertisex_feed_balanced", "1 if on every date the outcomes add up to what was received.", ("feed",)
)
WATERMARK = Gauge("advertisex_watermark_timestamp_seconds", "Newest event time held.", ("feed",))
FRESHNESS_LIMIT = Gauge("advertisex_freshness_limit_seconds", "How old the newest event may be.", ("feed",))
UNREAD = Gauge("advertisex_unread_records", "Landed records that silver has yet to read.", ("feed",))
UNREAD_SINCE = Gauge(
    "advertisex_unread_oldest_timestamp_seconds", "When the oldest unread record was landed.", ("feed",)
)
LANDING_DELAY = Gauge(
    "advertisex_landing_delay_seconds",
    "Receipt to landing, of the last hour's records.",
    ("feed", "quantile"),
)
KAFKA_LAG = Gauge("advertisex_kafka_lag_records", "Messages on the broker that are not landed.", ("feed",))
KAFKA_GAPS = Gauge(
    "advertisex_kafka_gap_offsets", "Offsets passed without a message, by reason.", ("feed", "reason")
)
TABLE_ROWS = Gauge("advertisex_table_rows", "Rows of a table.", ("table",))
TABLE_FILES = Gauge("advertisex_table_files", "Live files of a table.", ("table",))
TABLE_BYTES = Gauge("advertisex_table_size_bytes", "Bytes of a table's live files.", ("table",))
TABLE_VERSION = Gauge("advertisex_table_version", "Delta version of a table.", ("table",))
INCIDENTS = Gauge("advertisex_open_incidents", "Incidents that are not resolved.", ("severity", "kind"))
DELIVERIES = Gauge("advertisex_alert_deliveries", "Messages by what became of them.", ("receiver", "state"))
HEARTBEAT = Gauge(
    "advertisex_dagster_daemon_heartbeat_timestamp_seconds", "Last sign of life of a daemon.", ("daemon",)
)
SENSOR_TICK = Gauge(
    "advertisex_sensor_tick_timestamp_seconds", "Last finished tick of a sensor.", ("sensor",)
)
SENSOR_FAILING = Gauge("advertisex_sensor_failing", "1 if a sensor's last tick failed.", ("sensor",))
RUNS = Gauge("advertisex_runs_last_hour", "Runs that ended within the last hour.", ("status",))
RUN_DURATION = Gauge(
    "advertisex_run_duration_seconds", "Duration of runs that ended within the last hour.", ("quantile",)
)
PART_UP = Gauge("advertisex_collector_up", "1 if this part of the metrics could be collected.", ("part",))
PART_SECONDS = Gauge("advertisex_collector_duration_seconds", "How long collecting a part took.", ("part",))

GAUGES = (
    RECORDS, REFUSED, BALANCED, WATERMARK, FRESHNESS_LIMIT, UNREAD, UNREAD_SINCE, LANDING_DELAY, KAFKA_LAG, KAFKA_GAPS,
    TABLE_ROWS, TABLE_FILES, TABLE_BYTES, TABLE_VERSION, INCIDENTS, DELIVERIES, HEARTBEAT, SENSOR_TICK, SENSOR_FAILING,
    RUNS, RUN_DURATION, PART_UP, PART_SECONDS,
)  # fmt: skip
"""Every metric."""
