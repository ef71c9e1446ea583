"""What is added to a valid row from elsewhere: reference data as of its time, user agents, domains.

Not here: loading reference data (`advertisex_assets/reference`), pseudonyms and consent, flags that need other rows.
"""

from advertisex_assets.transforms.enrich.as_of import UNASSIGNED
from advertisex_assets.transforms.enrich.enrich import enrich
from advertisex_assets.transforms.enrich.reference import Reference
from advertisex_assets.transforms.enrich.version import enrichment_version

__all__ = ["UNASSIGNED", "Reference", "enrich", "enrichment_version"]
