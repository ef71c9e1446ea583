"""Every alert leads to a page that says what to do, and no page is an orphan."""

from schemas.alerts.kinds import ALERT_KINDS
from tests.real.requirements import REPOSITORY

FOLDER = REPOSITORY / "docs/runbooks"
OF_METRICS_ONLY = {"alerts-undelivered.md"}
"""Told by Prometheus alone: an alert that cannot be delivered cannot tell of itself."""


def test_every_kind_has_its_page_with_something_to_do():
    for kind in ALERT_KINDS.values():
        text = (REPOSITORY / kind.runbook).read_text()
        assert text.startswith(f"# {kind.title}\n") and "## What to do" in text, kind.code


def test_every_page_belongs_to_a_kind_and_is_listed():
    pages = {page.name for page in FOLDER.glob("*.md")} - {"README.md"}
    kinds = {kind.runbook.rpartition("/")[2] for kind in ALERT_KINDS.values()}
    assert pages == kinds | OF_METRICS_ONLY
    assert all(f"({page})" in (FOLDER / "README.md").read_text() for page in pages)
