"""Recall: what an action of a replayed cell gave is looked up, not computed again.

    recorded     the k-th action of the cell's last run had this plan, and ran in that job
    recalled     the replay's k-th action has the same plan, so that job is watched: its result is fetched, or, where it
                 still runs, waited for
    anew         another plan, or a job whose results are gone: submitted as ever

The law: a recalled answer is the answer of an equal plan; whatever is in doubt is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Recorded(msgspec.Struct, frozen=True):
    """An action of a cell's last run."""

    hash: str
    job: str


class Recall:
    """The actions of one run of a cell, counted; `recorded` are those of its last run."""

    def __init__(self, cell: str, recorded: Sequence[Recorded] = ()) -> None:
        self.cell = cell
        self._recorded = recorded
        self._next = 0

    def next(self, digest: str) -> tuple[int, str | None]:
        """The number of the cell's next action, and the job whose answer it may take."""
        k = self._next
        self._next += 1
        known = self._recorded[k] if k < len(self._recorded) else None
        return k, known.job if known is not None and known.hash == digest else None
