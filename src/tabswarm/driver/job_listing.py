"""Asking the coordinator for the ledgers of the swarm's jobs, and waiting for its answer."""

from __future__ import annotations

import threading
import time

from tabswarm.driver.waiting import Condition, NewCondition
from tabswarm.errors import TabswarmError
from tabswarm.plan.report import JobReport
from tabswarm.wire.messages import Jobs, ListJobs

ANSWERS_WITHIN = 30.0
"""Seconds that the coordinator has."""


class Answer:
    """What the coordinator will say to one question."""

    def __init__(self, changed: Condition) -> None:
        self._changed = changed
        self._given: tuple[JobReport, ...] | TabswarmError | None = None

    def result(self, timeout: float) -> tuple[JobReport, ...]:
        """Wait for it; `TimeoutError` after so many seconds. Raises why the session is over, where it is."""
        until = time.monotonic() + timeout
        with self._changed:
            while self._given is None:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"the coordinator has not listed the jobs after {timeout:g} s")
                self._changed.wait(left)
        if isinstance(self._given, TabswarmError):
            raise self._given
        return self._given

    def give(self, answer: tuple[JobReport, ...] | TabswarmError) -> None:
        """It is here."""
        with self._changed:
            self._given = answer
            self._changed.notify_all()


class JobListing:
    """The questions that are under way; to be used by any thread."""

    def __init__(self, condition: NewCondition = threading.Condition) -> None:
        self._condition = condition
        self._lock = threading.Lock()
        self._waiting: dict[int, Answer] = {}
        self._lost: TabswarmError | None = None

    def ask(self, request: int) -> tuple[ListJobs, Answer]:
        """The question to send, and its answer to come. Raises why the session is over, where it is."""
        with self._lock:
            if self._lost is not None:
                raise self._lost
            answer = self._waiting[request] = Answer(self._condition())
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
            answer.give(message.jobs)

    def end(self, error: TabswarmError) -> None:
        """The session is over."""
        with self._lock:
            self._lost = error
            waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.give(error)
