"""How a persisted node is kept: PySpark's storage levels, as far as they mean something on volunteers."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class StorageLevel(msgspec.Struct, frozen=True, array_like=True):
    """Where the blocks of a persisted RDD live, and in how many volunteers.

    A volunteer keeps blocks in memory and spills past its byte budget on its own account, so `use_disk` says only
    whether the user asked for it. `replication` is the number of volunteers that hold each block.

    >>> StorageLevel.MEMORY_ONLY
    StorageLevel(use_disk=False, use_memory=True, use_off_heap=False, deserialized=False, replication=1)
    """

    use_disk: bool
    use_memory: bool
    use_off_heap: bool = False
    deserialized: bool = False
    replication: int = 1

    NONE: ClassVar[StorageLevel]
    DISK_ONLY: ClassVar[StorageLevel]
    DISK_ONLY_2: ClassVar[StorageLevel]
    DISK_ONLY_3: ClassVar[StorageLevel]
    MEMORY_ONLY: ClassVar[StorageLevel]
    MEMORY_ONLY_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK: ClassVar[StorageLevel]
    MEMORY_AND_DISK_2: ClassVar[StorageLevel]


StorageLevel.NONE = StorageLevel(False, False)
StorageLevel.DISK_ONLY = StorageLevel(True, False)
StorageLevel.DISK_ONLY_2 = StorageLevel(True, False, replication=2)
StorageLevel.DISK_ONLY_3 = StorageLevel(True, False, replication=3)
StorageLevel.MEMORY_ONLY = StorageLevel(False, True)
StorageLevel.MEMORY_ONLY_2 = StorageLevel(False, True, replication=2)
StorageLevel.MEMORY_AND_DISK = StorageLevel(True, True)
StorageLevel.MEMORY_AND_DISK_2 = StorageLevel(True, True, replication=2)
