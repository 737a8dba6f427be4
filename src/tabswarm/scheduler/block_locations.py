"""Where the blocks of one application are: by logical key, the one generation that counts, and who holds it.

Three rules:

1. A key has at most one stored generation. It is *stored* while at least one holder is there; the last holder's end
   is the block's end, in the same step.
2. Every attempt at a task writes a generation of its own, so what a late or cancelled attempt left behind can never be
   taken for the committed block. The application counts its attempts, and that number is the generation: no number is
   used twice, and nothing has to be remembered for it. Generation 0 is what the driver holds of its source nodes.
3. The map outputs of a shuffle are an append-only log: a volunteer gets it whole once, and then what was added. A
   shuffle exists when no map partition is absent, so a reducer waits for a counter and never for M blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey
from tabswarm.plan.location import Location, MapOutput

DRIVER_GENERATION = 0
LOST = 10_000
"""Lost blocks that an application remembers, in case that their holder comes back."""


@dataclass(slots=True, eq=False)
class StoredBlock:
    """The generation of a key that counts. `lasting` blocks (shuffles and forks) serve later jobs until their node is
    released; others go when their job's results are fetched or their node is unpersisted. `inline` is kept only until
    it was told. Its `writer` answers for its bytes; making it took `made_in` milliseconds. `copies` is how many holders
    it should have (a persisted node may want more), `copying` are volunteers that were ordered to copy it, `refused`
    how often those could not."""

    id: BlockId
    size: int
    root: bytes
    segments: int
    holders: dict[str, None]
    job: str
    lasting: bool
    inline: bytes | None = None
    writer: str = ""
    made_in: int = 0
    copies: int = 1
    copying: dict[str, None] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def location(self) -> Location:
        """As a volunteer or driver is told of it."""
        return Location(self.id, self.size, self.root, tuple(self.holders))


@dataclass(slots=True, eq=False)
class MapOutputTable:
    """The map outputs of one shuffle. `child` is the node that reads them, `epoch` counts compactions of the log."""

    child: int
    map_partitions: int
    absent: dict[int, None]
    log: list[MapOutput] = field(default_factory=list)
    epoch: int = 0
    bytes_by_holder: dict[str, int] = field(default_factory=dict)
    answered: tuple[tuple[int, int, int], tuple[MapOutput, ...]] | None = None

    def append(self, entry: MapOutput) -> None:
        """Log an entry; a log that is mostly history is compacted, and everybody gets it whole again."""
        self.log.append(entry)
        if len(self.log) > 2 * self.map_partitions + 16:
            self.log = _latest(self.log)
            self.epoch += 1

    def news(self, epoch: int, position: int) -> tuple[MapOutput, ...]:
        """What a volunteer that read `position` entries of `epoch` has not got yet, each partition once. Many ask for
        the same in a row."""
        start = position if epoch == self.epoch else 0
        asked = (self.epoch, start, len(self.log))
        if self.answered is None or self.answered[0] != asked:
            self.answered = (asked, tuple(_latest(self.log[start:])))
        return self.answered[1]

    def moved(self, holder: str, size: int) -> None:
        """Count `size` bytes more (or less) with a holder."""
        total = self.bytes_by_holder.get(holder, 0) + size
        if total > 0:
            self.bytes_by_holder[holder] = total
        else:
            self.bytes_by_holder.pop(holder, None)


def _latest(entries: list[MapOutput]) -> list[MapOutput]:
    """The last entry of each partition, in the order of the partitions."""
    by_partition = {entry.partition: entry for entry in entries}
    return [by_partition[partition] for partition in sorted(by_partition)]


@dataclass(slots=True, eq=False)
class BlockTable:
    """All blocks of one application, found by key, by holder and by the node that owns them (a map output belongs to
    the node that reads it). `lost` are those whose last holder left and may come back with them. `held` counts bytes by
    holder; `revisions` says of each node when (in changes of this table) its blocks or their holders last changed."""

    application: str
    stored: dict[SinkKey, StoredBlock] = field(default_factory=dict)
    shuffles: dict[int, MapOutputTable] = field(default_factory=dict)
    by_holder: dict[str, dict[SinkKey, None]] = field(default_factory=dict)
    by_owner: dict[int, dict[SinkKey, None]] = field(default_factory=dict)
    shuffles_of: dict[int, dict[int, None]] = field(default_factory=dict)
    lost: dict[SinkKey, StoredBlock] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    revision: int = 0
    revisions: dict[int, int] = field(default_factory=dict)
    last_generation: int = DRIVER_GENERATION

    def open_shuffle(self, shuffle: int, child: int, map_partitions: int) -> MapOutputTable:
        """The table of a shuffle, made when its first task is."""
        table = self.shuffles.get(shuffle)
        if table is None:
            absent = dict.fromkeys(range(map_partitions))
            table = self.shuffles[shuffle] = MapOutputTable(child, map_partitions, absent)
            self.shuffles_of.setdefault(child, {})[shuffle] = None
        return table

    def new_generation(self, keys: Iterable[SinkKey]) -> dict[BlockId, SinkKey]:
        """Block ids that no attempt ever had, one for each key."""
        self.last_generation += 1
        return {self._block_id(key): key for key in keys}

    def _block_id(self, key: SinkKey) -> BlockId:
        if isinstance(key, MapOutputKey):
            kind, node = BlockKind.MAP_OUTPUT, key.shuffle
        else:
            kind, node = BlockKind.PARTITION, key.node
        return BlockId(self.application, kind, node, key.partition, self.last_generation)

    def owner(self, key: SinkKey) -> int:
        """The node whose release lets the block go."""
        return self.shuffles[key.shuffle].child if isinstance(key, MapOutputKey) else key.node

    def put(self, key: SinkKey, block: StoredBlock) -> None:
        """A commit: the key had no stored block, and has this one now."""
        self.stored[key] = block
        self.lost.pop(key, None)
        self.by_owner.setdefault(self.owner(key), {})[key] = None
        for holder in block.holders:
            self._add(holder, key, block)
        if isinstance(key, MapOutputKey):
            table = self.shuffles[key.shuffle]
            del table.absent[key.partition]
            for holder in block.holders:
                table.moved(holder, block.size)
            table.append(_entry(key, block))

    def add_holder(self, key: SinkKey, holder: str) -> None:
        """A copy: one more volunteer has the block."""
        block = self.stored[key]
        block.holders[holder] = None
        self._add(holder, key, block)
        if isinstance(key, MapOutputKey):
            table = self.shuffles[key.shuffle]
            table.moved(holder, block.size)
            table.append(_entry(key, block))

    def _add(self, holder: str, key: SinkKey, block: StoredBlock) -> None:
        self.by_holder.setdefault(holder, {})[key] = None
        self.held[holder] = self.held.get(holder, 0) + block.size
        self._touch(self.owner(key))

    def _touch(self, owner: int) -> None:
        self.revision += 1
        self.revisions[owner] = self.revision

    def remove_holder(self, key: SinkKey, holder: str) -> bool:
        """A holder has the block no more. True if that was the last one: the block is lost and out of the table."""
        block = self.stored[key]
        del block.holders[holder]
        held = self.by_holder[holder]
        del held[key]
        self.held[holder] -= block.size
        self._touch(self.owner(key))
        if not held:
            del self.by_holder[holder], self.held[holder]
        if isinstance(key, MapOutputKey):
            self.shuffles[key.shuffle].moved(holder, -block.size)
        if block.holders:
            if isinstance(key, MapOutputKey):
                self.shuffles[key.shuffle].append(_entry(key, block))
            return False
        self._forget(key, block)
        return True

    def remember(self, key: SinkKey) -> None:
        """The block's only holder is gone, and may come back with it."""
        self.lost.pop(key, None)
        self.lost[key] = self.stored[key]
        while len(self.lost) > LOST:
            del self.lost[next(iter(self.lost))]

    def drop(self, key: SinkKey) -> StoredBlock:
        """Nobody needs the block: take it out of the table and say who has to let go of it."""
        block = self.stored[key]
        holders = dict(block.holders)
        for holder in holders:
            self.remove_holder(key, holder)
        block.holders = holders
        return block

    def _forget(self, key: SinkKey, block: StoredBlock) -> None:
        del self.stored[key]
        owner = self.owner(key)
        owned = self.by_owner[owner]
        del owned[key]
        if not owned:
            del self.by_owner[owner]
            self.revisions.pop(owner, None)
        if isinstance(key, MapOutputKey):
            table = self.shuffles[key.shuffle]
            table.absent[key.partition] = None
            table.append(MapOutput(key.partition, block.id.generation, 0, b"", 0, ()))

    def forget_shuffles(self, child: int) -> tuple[int, ...]:
        """The shuffles that a node reads have no blocks and tasks any more: their tables go. Returns which."""
        gone = tuple(self.shuffles_of.pop(child, ()))
        for shuffle in gone:
            del self.shuffles[shuffle]
        if gone:
            forgotten = [key for key in self.lost if isinstance(key, MapOutputKey) and key.shuffle in gone]
            for key in forgotten:
                del self.lost[key]
        return gone


def _entry(key: MapOutputKey, block: StoredBlock) -> MapOutput:
    return MapOutput(key.partition, block.id.generation, block.size, block.root, block.segments, tuple(block.holders))


def key_of(block: BlockId) -> SinkKey:
    """The logical key of a block id."""
    if block.kind is BlockKind.MAP_OUTPUT:
        return MapOutputKey(block.node, block.partition)
    return BlockKey(block.node, block.partition)
