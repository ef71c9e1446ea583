"""Background: one thread for work that a sensor's tick must not wait for; an error in it fails the next tick."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field


@dataclass
class Background:
    """One thread for work that a tick must not wait for; begins nothing while the last work is under way.

    It rests `rest` seconds for each second of CPU that the process spent meanwhile.
    """

    name: str
    rest: float = 0.0
    error: str = field(default="", init=False)
    """What the last work raised, until some work ends well."""
    _pool: ThreadPoolExecutor | None = field(default=None, init=False)
    _last: "Future[object] | None" = field(default=None, init=False)
    _rested_at: float = field(default=0.0, init=False)

    def begin(self, work: Callable[[], object]) -> bool:
        """Whether it began; raises what the last work raised."""
        if self._last is not None and not self._last.done():
            return False
        last, self._last = self._last, None
        if last is not None and (error := last.exception()) is not None:
            raise error
        if time.monotonic() < self._rested_at:
            return False
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix=self.name)
        self._last = self._pool.submit(self._timed, work)
        return True

    def _timed(self, work: Callable[[], object]) -> None:
        begun = time.process_time()
        try:
            work()
            self.error = ""
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._rested_at = time.monotonic() + self.rest * (time.process_time() - begun)
