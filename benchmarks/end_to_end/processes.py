"""What Dagster's processes used: CPU seconds of each run by the assets it made, and of the servers beside them."""

import threading
from collections import defaultdict
from dataclasses import dataclass

import psutil
from dagster import DagsterInstance

LOOK_SECONDS = 0.25
"""A process that ends between two looks loses this much at most."""


@dataclass
class Used:
    """What the runs of one stage used, or the servers: how many they were, CPU and wall seconds of all together."""

    runs: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


class Watch(threading.Thread):
    """Follows a process and all below it until it is told to stop."""

    def __init__(self, parent: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._parent, self._over = parent, threading.Event()
        self.cpu_seconds: dict[int, float] = {}

    def run(self) -> None:
        """Looks every LOOK_SECONDS."""
        while not self._over.wait(LOOK_SECONDS):
            try:
                family = [self._parent, *self._parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            for process in family:
                try:
                    used = process.cpu_times()
                    self.cpu_seconds[process.pid] = used.user + used.system
                except psutil.NoSuchProcess:
                    continue

    def stop(self) -> None:
        """Ends it."""
        self._over.set()
        self.join()


def used_by(instance: DagsterInstance, cpu_seconds: dict[int, float]) -> dict[str, Used]:
    """By stage: `landing`, `silver and gold`, other runs, and `servers` for what was in no run."""
    found: dict[str, Used] = defaultdict(Used)
    left = dict(cpu_seconds)
    for record in instance.get_run_records():
        run = record.dagster_run
        used = found[_stage_of({key.path[0] for key in run.asset_selection or ()})]
        used.runs += 1
        if record.end_time:
            used.wall_seconds += record.end_time - record.create_timestamp.timestamp()
        used.cpu_seconds += left.pop(_pid_of(instance, run.run_id), 0.0)
    found["servers"] = Used(cpu_seconds=sum(left.values()))
    return dict(found)


def _stage_of(layers: set[str]) -> str:
    if layers == {"bronze"}:
        return "landing"
    return "silver and gold" if layers <= {"silver", "gold", "quarantine", "duplicates"} else "other runs"


def _pid_of(instance: DagsterInstance, run_id: str) -> int:
    """The process of a run, which it tells in its first event."""
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        metadata = getattr(event.event_specific_data, "metadata", None) if event else None
        if metadata and "pid" in metadata:
            return int(metadata["pid"].value)
    return -1
