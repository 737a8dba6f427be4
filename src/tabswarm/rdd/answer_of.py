"""From a plan's `Finish` back to the answer it describes: for whoever attaches, and has no program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tabswarm.errors import ResultsGone
from tabswarm.plan import finish as lowered
from tabswarm.plan.finish import Finish
from tabswarm.plan.operators import CodeRef
from tabswarm.rdd.answers import (
    Answer,
    AsCounts,
    AsFiles,
    AsFold,
    AsList,
    AsMap,
    AsNothing,
    AsReducedByKey,
    AsReduction,
    AsSum,
    Parts,
)
from tabswarm.rdd.operation import Ship
from tabswarm.rdd.summaries import AsDistinct, AsEstimate, AsFigure, AsHistogram, AsPlaced, AsRanked
from tabswarm.shipping.records import read_records

Load = Callable[[CodeRef], Any]
"""Loads what a function slot names."""


def answer_of(finish: Finish, load: Load) -> Answer:
    """The answer that a plan describes, its functions loaded by `load`."""
    match finish:
        case lowered.Listed():
            return AsList()
        case lowered.Summed():
            return AsSum()
        case lowered.Reduced(f=f):
            return AsReduction(load(f))
        case lowered.Folded(op=op, zero=zero):
            return AsFold(load(op), load(zero))
        case lowered.Mapped():
            return AsMap()
        case lowered.Counted():
            return AsCounts()
        case lowered.Silent():
            return AsNothing()
        case lowered.Saved(path, suffix, call):
            return AsFiles(path, suffix, call)
        case lowered.Taken():
            return TakenLater(finish)
        case lowered.ReducedByKey(f=f):
            return AsReducedByKey(load(f))
        case lowered.Ranked(num=num, largest=largest, key=key):
            return AsRanked(num, largest, None if key is None else load(key))
        case lowered.Placed():
            return AsPlaced()
        case lowered.Figure(name=name):
            return AsFigure(name)
        case lowered.Histogram(buckets=buckets):
            return AsHistogram(read_records(buckets)[0])
        case lowered.Distinct(precision=precision):
            return AsDistinct(precision)
        case lowered.Estimated(figure=figure, confidence=confidence):
            return AsEstimate(figure, confidence)


@dataclass(frozen=True, slots=True)
class TakenLater:
    """What `AsTaken` is for whoever attaches."""

    taken: lowered.Taken

    def lower(self, ship: Ship, where: str) -> Finish:
        return self.taken

    def make(self, parts: Parts) -> Any:
        num, shape = self.taken.num, self.taken.shape
        earlier = read_records(self.taken.before) if self.taken.before else []
        records = [*earlier, *chain.from_iterable(parts)][: max(num, 0)]
        if num < 0 or (len(records) < num and not self.taken.last):
            raise ResultsGone(
                "an action that takes the first records looks at a few partitions at a time, and its driver left "
                f"between two such jobs: {len(records)} records were found so far, and nobody is there to go on"
            )
        if shape == "empty":
            return not records
        if shape == "first":
            if not records:
                raise ValueError("RDD is empty")
            return records[0]
        return records
