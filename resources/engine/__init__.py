"""Engines: what runs the relational transforms (`advertisex_assets/transforms`), and the only place where they differ.

Here: how Polars, DuckDB and Spark scan the files of a lake's tables, take rows made in Python, and give rows back. Not
here: what is computed (the transforms), who commits it (`resources.lake`, whatever made the rows), and reading for
people (`resources.query`).
"""

from resources.engine.engine import Engine, Frame
from resources.engine.polars import POLARS

__all__ = ["POLARS", "Engine", "Frame"]
