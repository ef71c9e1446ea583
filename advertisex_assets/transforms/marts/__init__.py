"""Marts: silver rows to gold rows, as pure `narwhals.stable.v2` LazyFrame -> LazyFrame functions, one family a file.

Event times come in as Int64 epoch microseconds (UTC), money as Int64 micros. Not here: which dates are computed or
how they are read and written (`advertisex_assets.gold`), the definition of rates (`schemas.metrics`).
"""
