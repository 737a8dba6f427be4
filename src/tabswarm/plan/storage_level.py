"""How a persisted node is kept: PySpark's storage levels, as far as they mean something on volunteers."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class StorageLevel(msgspec.Struct, frozen=True, array_like=True):
    """Where the blocks of a persisted RDD live, and in how many volunteers.

    A volunteer keeps blocks in memory and moves them to disk past its byte budget on its own account, always as bytes;
    so of what the user asks for only `replication` changes anything: the number of volunteers that hold each block.

    >>> StorageLevel.MEMORY_AND_DISK_2, str(StorageLevel.MEMORY_AND_DISK_2)
    (StorageLevel(True, True, False, False, 2), 'Disk Memory Serialized 2x Replicated')
    >>> StorageLevel(False, True, False, False) == StorageLevel.MEMORY_ONLY
    True
    """

    useDisk: bool
    useMemory: bool
    useOffHeap: bool = False
    deserialized: bool = False
    replication: int = 1

    NONE: ClassVar[StorageLevel]
    DISK_ONLY: ClassVar[StorageLevel]
    DISK_ONLY_2: ClassVar[StorageLevel]
    DISK_ONLY_3: ClassVar[StorageLevel]
    MEMORY_ONLY: ClassVar[StorageLevel]
    MEMORY_ONLY_2: ClassVar[StorageLevel]
    MEMORY_ONLY_SER: ClassVar[StorageLevel]
    MEMORY_ONLY_SER_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK: ClassVar[StorageLevel]
    MEMORY_AND_DISK_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK_SER: ClassVar[StorageLevel]
    MEMORY_AND_DISK_SER_2: ClassVar[StorageLevel]
    MEMORY_AND_DISK_DESER: ClassVar[StorageLevel]
    OFF_HEAP: ClassVar[StorageLevel]

    def __repr__(self) -> str:
        values = (self.useDisk, self.useMemory, self.useOffHeap, self.deserialized, self.replication)
        return f"StorageLevel({', '.join(map(str, values))})"

    def __str__(self) -> str:
        where = ((self.useDisk, "Disk"), (self.useMemory, "Memory"), (self.useOffHeap, "OffHeap"))
        words = [word for used, word in where if used]
        return " ".join(
            [*words, "Deserialized" if self.deserialized else "Serialized", f"{self.replication}x Replicated"]
        )


StorageLevel.NONE = StorageLevel(False, False)
StorageLevel.DISK_ONLY = StorageLevel(True, False)
StorageLevel.DISK_ONLY_2 = StorageLevel(True, False, replication=2)
StorageLevel.DISK_ONLY_3 = StorageLevel(True, False, replication=3)
StorageLevel.MEMORY_ONLY = StorageLevel.MEMORY_ONLY_SER = StorageLevel(False, True)
StorageLevel.MEMORY_ONLY_2 = StorageLevel.MEMORY_ONLY_SER_2 = StorageLevel(False, True, replication=2)
StorageLevel.MEMORY_AND_DISK = StorageLevel.MEMORY_AND_DISK_SER = StorageLevel(True, True)
StorageLevel.MEMORY_AND_DISK_2 = StorageLevel.MEMORY_AND_DISK_SER_2 = StorageLevel(True, True, replication=2)
StorageLevel.MEMORY_AND_DISK_DESER = StorageLevel(True, True, deserialized=True)
StorageLevel.OFF_HEAP = StorageLevel(True, True, useOffHeap=True)
