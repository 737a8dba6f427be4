"""Keeping an RDD's partitions on the volunteers, so that later jobs find them as sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabswarm.plan.storage_level import StorageLevel
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Persistence(Structure[T_co]):
    """`cache`, `persist`, `unpersist`."""

    @property
    def is_cached(self) -> bool:
        """Whether the RDD is marked to be kept.

        >>> sc.range(3).is_cached, sc.range(3).cache().is_cached
        (False, True)
        """
        return self._storage is not None

    def cache(self) -> RDD[T_co]:
        """Keep the RDD in the volunteers' memory once it is computed: `persist(StorageLevel.MEMORY_ONLY)`.

        >>> squares = sc.range(4).map(lambda x: x * x).cache()
        >>> squares.sum(), squares.max()
        (14, 9)
        """
        return self.persist(StorageLevel.MEMORY_ONLY)

    def persist(self, storageLevel: StorageLevel = StorageLevel.MEMORY_ONLY) -> RDD[T_co]:
        """Keep the RDD at this storage level once it is computed. To change the level, `unpersist` first.

        >>> sc.range(3).persist().getStorageLevel() == StorageLevel.MEMORY_ONLY
        True
        """
        if not isinstance(storageLevel, StorageLevel):
            raise TypeError(f"storageLevel must be a StorageLevel, not {type(storageLevel).__name__}")
        if self._storage is not None and self._storage != storageLevel:
            raise ValueError(
                f"Cannot change storage level of an RDD after it was already assigned a level: {self._title()} "
                "is persisted at another; call unpersist() first"
            )
        if storageLevel != StorageLevel.NONE:
            self._storage = storageLevel
            self.ctx._persist(self._id)
        return self._rdd

    def unpersist(self, blocking: bool = False) -> RDD[T_co]:
        """Do not keep the RDD any more; the volunteers drop its blocks (`blocking` changes nothing here).

        >>> kept = sc.range(3).cache()
        >>> kept.unpersist().is_cached
        False
        """
        if self._storage is not None:
            self._storage = None
            self.ctx._unpersist(self._id)
        return self._rdd
