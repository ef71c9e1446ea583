"""The lake on Delta: the only package that imports deltalake."""

from resources.lake.lake import Lake
from resources.lake.marks import Marks
from resources.lake.parts import states_by_part
from resources.lake.table import CommitConflictError, LakeTable

__all__ = ["CommitConflictError", "Lake", "LakeTable", "Marks", "states_by_part"]
