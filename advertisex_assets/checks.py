"""Checks: what is judged in an asset's own run, before its commit or on what it has written, and how the UI sees it."""

from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey, Failure

from schemas.alerts.kinds import BATCH_HELD, CHECK_FAILED, RECORDS_LOST, AlertKind
from schemas.checks.checks import GATE
from schemas.errors import HeldBatchError

SHARE_THAT_WARNS = 0.10
"""Refused records of a run: generated and real feeds lie below 5 %, a broken producer far above."""

UNMATCHED_THAT_WARNS = 0.05
"""Of events: creatives go live minutes before their reference is loaded; a missing campaign is a far larger share."""

FEWEST_ROWS = 100
"""A share of fewer rows says nothing."""


def gate(asset: AssetKey) -> AssetCheckSpec:
    """The blocking check: contract, grain and arithmetic hold, or nothing is committed."""
    return AssetCheckSpec(
        GATE,
        asset=asset,
        description="Rows fit their contract, each event stands once, and outcomes add up to what was received.",
        blocking=True,
        metadata=_facts(BATCH_HELD),
    )


def passed(spec: AssetCheckSpec) -> AssetCheckResult:
    """The gate was open."""
    return AssetCheckResult(passed=True, asset_key=spec.asset_key, check_name=spec.name)


def held(spec: AssetCheckSpec, error: HeldBatchError) -> AssetCheckResult:
    """The gate stayed shut; nothing was committed."""
    metadata = {"why": str(error)}
    return AssetCheckResult(passed=False, asset_key=spec.asset_key, check_name=spec.name, metadata=metadata)


def failure(error: HeldBatchError) -> Failure:
    """Ends the run without a retry: the same rows would be held again."""
    return Failure(str(error), allow_retries=False)


def refused_share(asset: AssetKey) -> AssetCheckSpec:
    """The check that warns when many records of a run were refused."""
    return AssetCheckSpec(
        "refused_share",
        asset=asset,
        description=f"At most {SHARE_THAT_WARNS:.0%} of a run's records are refused; this warns and never blocks.",
        metadata=_facts(CHECK_FAILED),
    )


def judge_refused(spec: AssetCheckSpec, received: int, refused: int) -> AssetCheckResult:
    """Whether the refused share of a run is within bounds."""
    share = refused / received if received else 0.0
    return AssetCheckResult(
        passed=received < FEWEST_ROWS or share <= SHARE_THAT_WARNS,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=AssetCheckSeverity.WARN,
        description=f"{refused:,} of {received:,} records were refused ({share:.1%}): see `advertisex quarantine`.",
        metadata={"received": received, "refused": refused, "share": share},
    )


def reference_known(asset: AssetKey) -> AssetCheckSpec:
    """The check that warns when many events name what the reference tables do not know."""
    return AssetCheckSpec(
        "reference_known",
        asset=asset,
        description=f"At most {UNMATCHED_THAT_WARNS:.0%} of a run's events name a campaign or creative that is in no "
        "reference table at their time; this warns and never blocks.",
        metadata=_facts(CHECK_FAILED),
    )


def judge_reference(spec: AssetCheckSpec, named: int, unknown: int) -> AssetCheckResult:
    """Whether the unmatched share of a run is within bounds."""
    share = unknown / named if named else 0.0
    return AssetCheckResult(
        passed=named < FEWEST_ROWS or share <= UNMATCHED_THAT_WARNS,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=AssetCheckSeverity.WARN,
        description=f"{unknown:,} of {named:,} events name what no reference table knows ({share:.1%}).",
        metadata={"events that name one": named, "unknown": unknown, "share": share},
    )


def no_record_doubled(asset: AssetKey) -> AssetCheckSpec:
    """The check that every received record stands in bronze once."""
    return AssetCheckSpec(
        "no_record_doubled",
        asset=asset,
        description="Each received record, by its coordinates, is in bronze once.",
        metadata=_facts(RECORDS_LOST),
    )


def judge_doubled(spec: AssetCheckSpec, doubled: int) -> AssetCheckResult:
    """Whether bronze holds each record once."""
    return AssetCheckResult(
        passed=doubled == 0,
        asset_key=spec.asset_key,
        check_name=spec.name,
        description=f"{doubled:,} records are in bronze more than once.",
        metadata={"doubled": doubled},
    )


def _facts(kind: AlertKind) -> dict[str, str]:
    """What a check's page says beside its description; its owner is the asset's."""
    return {"severity": str(kind.severity), "runbook": kind.runbook}
