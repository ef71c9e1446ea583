"""Sample traffic with the truth beside it: deterministic, believable, at any size, in bounded memory.

It stands in for the outside world, so it imports nothing from `schemas` or `advertisex_assets`: a mistake that the
pipeline and its tests shared could otherwise hide. Lives here: what happens, how senders write it, what should become
of it. Not here: landing, decoding, judging.
"""

from resources.sample_traffic.config import FaultKind, PlantedFault, TrafficConfig
from resources.sample_traffic.files import summary, write_files
from resources.sample_traffic.messages import Message, messages

__all__ = ["FaultKind", "Message", "PlantedFault", "TrafficConfig", "messages", "summary", "write_files"]
