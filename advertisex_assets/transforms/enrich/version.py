"""The version of enrichment: another list or library may give another browser, bot or domain to the same row."""

from functools import cache
from importlib.metadata import version

RULES_VERSION = "1"
"""The version of our own rules, consent and flags of invalid traffic among them; raise it when they give any row
another value."""

PACKAGES = ("crawler-user-agents", "tldextract", "ua-parser", "ua-parser-builtins", "ua-parser-rs")


@cache
def enrichment_version() -> str:
    """Everything but rows and reference that enrichment depends on, as text; part of each date's fingerprint."""
    return " ".join([f"rules={RULES_VERSION}", *(f"{name}={version(name)}" for name in PACKAGES)])
