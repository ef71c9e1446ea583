"""Where reference rows come from: a folder of files, or PostgreSQL; rows are given as they were written.

Not here: what the rows must look like (`transforms/conform_reference`) or how they are stored.
"""

from resources.reference.folder import ReferenceFolder
from resources.reference.postgresql import PostgresqlReference
from resources.reference.source import ReferenceSource

__all__ = ["PostgresqlReference", "ReferenceFolder", "ReferenceSource"]
