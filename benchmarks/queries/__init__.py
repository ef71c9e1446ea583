"""How long the usual questions take on the lake: campaign by date, site, exchange, one user; gold and silver.

`python -m benchmarks.queries` asks Polars and DuckDB on our Delta tables, and beside them the same rows in a DuckDB
database and in one plain Parquet file each; every reader gives the same answer.
"""
