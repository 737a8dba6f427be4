"""Asking the coordinator for the ledgers of the swarm's jobs, and waiting for its answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from tabswarm.errors import TabswarmError
from tabswarm.plan.report import JobReport
from tabswarm.wire.messages import Jobs, ListJobs

ANSWERS_WITHIN = 30.0
"""Seconds that the coordinator has."""


class JobListing:
    """The questions that are under way; to be used by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[tuple[JobReport, ...]]] = {}
        self._lost: TabswarmError | None = None

    def ask(self, request: int) -> tuple[ListJobs, Future[tuple[JobReport, ...]]]:
        """The question to send, and its answer to come. Raises why the session is over, where it is."""
        with self._lock:
            if self._lost is not None:
                raise self._lost
            answer = self._waiting[request] = Future()
        return ListJobs(request=request), answer

    def questions(self) -> list[ListJobs]:
        """Those that were not answered yet, to be asked again."""
        with self._lock:
            return [ListJobs(request=request) for request in self._waiting]

    def heard(self, message: Jobs) -> None:
        """The coordinator answered."""
        with self._lock:
            answer = self._waiting.pop(message.request, None)
        if answer is not None:
            answer.set_result(message.jobs)

    def end(self, error: TabswarmError) -> None:
        """The session is over."""
        with self._lock:
            self._lost = error
            waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.set_exception(error)
