"""Checkpoints: an RDD that is computed once and then no longer hangs on what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.rdd.operation import Shuffling
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co


@dataclass(slots=True)
class Checkpoint:
    """What was asked for one RDD: `folder` is where its files go, or None where volunteers alone keep it."""

    local: bool
    folder: str | None
    done: bool = False


class Checkpointing(Structure[T_co]):
    """`checkpoint`, `localCheckpoint` and what can be asked of them."""

    def checkpoint(self) -> None:
        """Keep the RDD, all of it, when the next action has computed it.

        Its blocks then live with two volunteers. Where `setCheckpointDir` named a folder of the driver's disk they are
        written there as well, and the RDD is cut from its lineage: it is read from these files from then on, whoever
        vanishes. (Spark needs the folder; here it is your choice.)

        >>> numbers = sc.range(5).map(lambda n: n * n)
        >>> numbers.checkpoint()
        >>> numbers.isCheckpointed(), numbers.sum(), numbers.isCheckpointed()
        (False, 30, True)
        """
        if self._checkpoint is None or (self._checkpoint.local and not self._checkpoint.done):
            self._mark(Checkpoint(False, self.ctx._checkpoint_folder(self._id)), StorageLevel.MEMORY_AND_DISK_2)

    def localCheckpoint(self) -> None:
        """Keep the RDD with one volunteer a block when the next action has computed it: quick, and computed again where
        that volunteer vanishes. (In Spark it would be lost.)

        >>> numbers = sc.range(5).map(lambda n: n * n)
        >>> numbers.localCheckpoint()
        >>> numbers.sum(), numbers.isLocallyCheckpointed()
        (30, True)
        """
        if self._checkpoint is None:
            self._mark(Checkpoint(True, None), StorageLevel.MEMORY_AND_DISK)

    def isCheckpointed(self) -> bool:
        """Whether a checkpoint was asked for, and an action has made it.

        >>> sc.range(5).isCheckpointed()
        False
        """
        return self._checkpoint is not None and self._checkpoint.done

    @property
    def is_checkpointed(self) -> bool:
        """Whether a checkpoint was asked for, made or not.

        >>> numbers = sc.range(5)
        >>> numbers.checkpoint()
        >>> numbers.is_checkpointed, numbers.isCheckpointed()
        (True, False)
        """
        return self._checkpoint is not None

    def isLocallyCheckpointed(self) -> bool:
        """Whether `localCheckpoint` was asked for.

        >>> sc.range(5).isLocallyCheckpointed()
        False
        """
        return self._checkpoint is not None and self._checkpoint.local

    def getCheckpointFile(self) -> str | None:
        """The folder on the driver's disk that the RDD was checkpointed to; None where there is none (yet).

        >>> sc.range(5).getCheckpointFile() is None
        True
        """
        if self._checkpoint is None or not self._checkpoint.done or self._checkpoint.folder is None:
            return None
        return f"file:{self._checkpoint.folder}"

    def cleanShuffleDependencies(self, blocking: bool = False) -> None:
        """Drop what was shuffled for this RDD, and for those it hangs on up to the next persisted or shuffled one; it
        is computed again where it is needed (`blocking` changes nothing here).

        >>> counts = sc.parallelize([("a", 1), ("a", 2)]).reduceByKey(lambda one, other: one + other)
        >>> counts.collect()
        [('a', 3)]
        >>> counts.cleanShuffleDependencies()
        >>> counts.collect()
        [('a', 3)]
        """
        self.ctx._give_up(tuple(dict.fromkeys(rdd._id for rdd in _shuffled(self))))

    def _mark(self, checkpoint: Checkpoint, level: StorageLevel) -> None:
        self._checkpoint = checkpoint
        self.ctx._checkpoints[self._id] = None
        if self._storage is None:
            self._checkpoint_level = level
            self.ctx._persist(self._id)


def _shuffled(rdd: Structure[Any]) -> list[Structure[Any]]:
    """The nearest ancestors (or the RDD itself) that read a shuffle."""
    found: list[Structure[Any]] = []
    waiting = [rdd]
    while waiting:
        one = waiting.pop()
        if any(isinstance(dependency, Shuffling | Shuffle) for dependency in one._dependencies):
            found.append(one)
        else:
            waiting.extend(parent for parent in one._parents if parent._storage is None)
    return found
