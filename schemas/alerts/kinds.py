"""Kinds of alerts, as data: how bad each is, what usually causes it, and the runbook that says what to do."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import AdvertiseXError


class AlertSeverity(StrEnum):
    """How soon a person must look; the values are PagerDuty's."""

    CRITICAL = "critical"
    """Data is being lost or numbers are wrong now: wake someone."""
    ERROR = "error"
    """Work has stopped: someone should look today."""
    WARNING = "warning"
    """Something is unusual: look when convenient."""
    INFO = "info"


SEVERITY_ORDER = (AlertSeverity.INFO, AlertSeverity.WARNING, AlertSeverity.ERROR, AlertSeverity.CRITICAL)
"""From mild to grave."""


@dataclass(frozen=True)
class AlertKind:
    """One kind of alert; `runbook` is a file in `docs/runbooks`, named like the code."""

    code: str
    title: str
    severity: AlertSeverity
    likely_cause: str
    stays: bool = False
    """Nothing can undo it, so it is seen for ever; once a person has resolved it, it is not told again."""

    @property
    def runbook(self) -> str:
        """The page that says what to do."""
        return f"docs/runbooks/{self.code.replace('_', '-')}.md"


RUN_FAILED = AlertKind(
    "run_failed",
    "A run failed",
    AlertSeverity.ERROR,
    "An error in our code, or a system that it needs is away.",
)
BATCH_HELD = AlertKind(
    "batch_held", "A batch is held", AlertSeverity.ERROR,
    "A transform broke the contract, the grain or the sums; nothing was written.",
)  # fmt: skip
CHECK_FAILED = AlertKind(
    "check_failed", "A check failed", AlertSeverity.WARNING, "See the check's own description and metadata."
)
DATA_STALE = AlertKind(
    "data_stale", "Data is late", AlertSeverity.ERROR,
    "The sender stopped, the broker is away, or nothing lands; a run that succeeds with no rows does not help.",
)  # fmt: skip
RECORDS_LOST = AlertKind(
    "records_lost", "The sums do not agree", AlertSeverity.CRITICAL,
    "Rows were deleted or written twice outside the pipeline, or a transform loses them.",
)  # fmt: skip
OFFSETS_EXPIRED = AlertKind(
    "offsets_expired", "The broker deleted unread data", AlertSeverity.CRITICAL,
    "Landing was down for longer than the topic's retention.", stays=True,
)  # fmt: skip
ANOMALY = AlertKind(
    "anomaly", "Traffic is unusual", AlertSeverity.WARNING,
    "A tag, a tracker, an exchange or a campaign setting changed.",
)  # fmt: skip
POISON_RECORD = AlertKind(
    "poison_record", "Our code fails on a record", AlertSeverity.ERROR,
    "A bug of ours, or of a library, that some payload brings to light; its neighbours are not affected.", stays=True,
)  # fmt: skip
QUARANTINE_SURGE = AlertKind(
    "quarantine_surge", "Many records are refused", AlertSeverity.ERROR,
    "A sender changed its format, or a rule or mapping table is behind.",
)  # fmt: skip
SCHEMA_DRIFT = AlertKind(
    "schema_drift", "New fields arrive", AlertSeverity.INFO, "A sender added or renamed fields."
)
SENSOR_FAILING = AlertKind(
    "sensor_failing", "A sensor fails or is silent", AlertSeverity.ERROR,
    "An error in the sensor, or what it looks at is away.",
)  # fmt: skip
DAEMON_DEAD = AlertKind(
    "daemon_dead",
    "The daemon is silent",
    AlertSeverity.CRITICAL,
    "The Dagster daemon stopped: no run starts.",
)
SYSTEM_AWAY = AlertKind(
    "system_away", "A system does not answer", AlertSeverity.ERROR,
    "The broker, the schema registry or the object store is down or unreachable.",
)  # fmt: skip

ALERT_KINDS = {
    kind.code: kind
    for kind in (
        RUN_FAILED, BATCH_HELD, CHECK_FAILED, DATA_STALE, RECORDS_LOST, OFFSETS_EXPIRED, ANOMALY,
        POISON_RECORD, QUARANTINE_SURGE, SCHEMA_DRIFT, SENSOR_FAILING, DAEMON_DEAD, SYSTEM_AWAY,
    )
}  # fmt: skip
"""Every kind by its code."""


class UnknownAlertKindError(AdvertiseXError):
    """A kind was named that does not exist."""

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no alert kind {code!r}. Kinds: {', '.join(ALERT_KINDS)}.")


def alert_kind(code: str) -> AlertKind:
    """The kind with that code; UnknownAlertKindError names those that exist."""
    if code not in ALERT_KINDS:
        raise UnknownAlertKindError(code)
    return ALERT_KINDS[code]
