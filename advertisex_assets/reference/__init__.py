"""Reference tables: loading them from where others write them, and reading them as the argument of `enrich`."""

from advertisex_assets.reference.load import Loaded, load_reference
from advertisex_assets.reference.read import read_reference

__all__ = ["Loaded", "load_reference", "read_reference"]
