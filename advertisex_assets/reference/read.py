"""Read: the reference tables as the argument of `enrich`."""

from advertisex_assets.transforms.enrich import Reference
from resources.lake import Lake
from schemas.tables.reference import ADVERTISERS, CAMPAIGNS, CREATIVES


def read_reference(lake: Lake) -> Reference:
    """What is stored now; an empty reference where nothing was ever loaded."""
    tables = (CREATIVES, CAMPAIGNS, ADVERTISERS)
    return Reference(*(lake.open(table).scan().collect() for table in tables))
