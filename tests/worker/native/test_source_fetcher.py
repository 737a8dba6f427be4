"""Where a task's sources come from, and what happens when a holder fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Holder, Location, MapOutput
from tabswarm.plan.task import BlockSource, DriverSource, ShuffleSource, SinkReport, Source, TaskSpec
from tabswarm.shipping.block_hash import HASH_SIZE, root_hash, segment_hash
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.host_directory import host_directory
from tabswarm.transport.neighbours import Neighbourhood, Place
from tabswarm.transport.relay import FetchBroken, FetchedBlock
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire import messages as m
from tabswarm.wire.messages import Assign, MapOutputs
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.frames import Portion, Wrote
from tabswarm.worker.native.source_fetcher import SourceFetcher, SourceMissing


class Holders:
    """The other peers: who has which blocks, and what was asked."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[BlockId, bytes]] = {}
        self.asked: list[tuple[str, list[BlockId]]] = []
        self.lost: set[str] = set()

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        self.asked.append((holder, [ask.wanted.block for ask in asks]))
        if holder in self.lost:
            raise ConnectionLost(reason="gone")
        got: list[FetchedBlock] = []
        for ask in asks:
            data = self.blocks.get(holder, {}).get(ask.wanted.block)
            if data is None:
                raise FetchBroken("not here", holder=holder, block=ask.wanted.block, code="unavailable", got=got)
            got.append(FetchedBlock(ask.wanted.block, ask.wanted.segments, (len(data),), segment_hash(data), data))
        return got


def block(node: int) -> BlockId:
    return BlockId("a1", BlockKind.PARTITION, node, 0, 0)


def mapped(partition: int, generation: int = 0) -> BlockId:
    return BlockId("a1", BlockKind.MAP_OUTPUT, 9, partition, generation)


def location(node: int, data: bytes, *holders: str) -> Location:
    return Location(block(node), len(data), root_hash(segment_hash(data)), holders)


def assign(sources: Sequence[Source], *locations: Location) -> Assign:
    spec = TaskSpec(
        application="a1",
        job="j1",
        task=1,
        attempt=1,
        operators={},
        names={},
        steps=(),
        sources=tuple(sources),
        sinks=(),
    )
    return Assign(spec=spec, code=(), locations=locations)


class Here:
    """One volunteer's fetcher with its store, and what it moved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "blocks"
        self.folder.mkdir()
        self.store = BlockStore(self.folder)
        self.others = Holders()
        self.moved = 0
        self.direct = 0
        self.at_end: list[Neighbourhood] = []
        self.routes = Routes(self.others.fetch)
        self.neighbours = Neighbourhood(host_directory(folder))
        self.fetcher = SourceFetcher("v1", self.store, self.routes, self.neighbours, self._move)

    def _move(self, application: str, size: int, direct: bool) -> None:
        self.moved += size
        self.direct += size if direct else 0

    async def gather(self, sources: Sequence[Source], *locations: Location) -> list[list[Portion]]:
        return await self.fetcher.gather(assign(sources, *locations), str(self.folder / "in-"))

    def keep(self, what: BlockId, *segments: bytes) -> None:
        path = self.folder / str(what).replace("/", "-")
        path.write_bytes(b"".join(segments))
        hashes = b"".join(map(segment_hash, segments))
        report = SinkReport(block=what, size=path.stat().st_size, root=root_hash(hashes), segments=len(segments))
        self.store.add(Wrote(report, str(path), tuple(map(len, segments)), hashes))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    made = Here(tmp_path)
    yield made
    for neighbour in (*made.at_end, made.neighbours):
        await neighbour.close()


def bytes_of(portion: Portion) -> bytes:
    if not portion.path:
        return portion.data
    return Path(portion.path).read_bytes()[portion.offset : portion.offset + portion.length]


async def test_own_blocks_are_read_from_their_files_and_asked_of_nobody(here: Here) -> None:
    here.keep(block(1), b"mine")
    ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"mine", "v1"))
    assert bytes_of(portion) == b"mine" and portion.holder == "v1"
    assert here.others.asked == [] and here.moved == 0


async def test_one_request_asks_one_holder_for_many_blocks(here: Here) -> None:
    here.others.blocks = {"v2": {block(1): b"one", block(2): b"two"}, "v3": {block(3): b"three"}}
    sources = [BlockSource(block(node)) for node in (1, 2, 3)]
    places = [location(1, b"one", "v2"), location(2, b"two", "v2"), location(3, b"three", "v3")]
    gathered = await here.gather(sources, *places)
    assert [bytes_of(portion) for (portion,) in gathered] == [b"one", b"two", b"three"]
    assert sorted(here.others.asked) == [("v2", [block(1), block(2)]), ("v3", [block(3)])]
    assert here.moved == 11


async def test_the_next_holder_is_asked_where_one_fails(here: Here) -> None:
    here.others.blocks = {"v3": {block(1): b"one"}}
    for lost in (set[str](), {"v2", "v4"}):
        here.others.lost = lost
        ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"one", "v2", "v4", "v3"))
        assert (bytes_of(portion), portion.holder) == (b"one", "v3")


async def test_a_block_that_no_holder_gives_is_missing_and_names_the_holder(here: Here) -> None:
    with pytest.raises(SourceMissing) as missing:
        await here.gather([BlockSource(block(1))], location(1, b"one", "v2"))
    assert (missing.value.block, missing.value.holder, missing.value.corrupt) == (block(1), "v2", False)
    assert missing.value.reason.startswith("unavailable: ")  # by that word the scheduler drops the location


async def test_a_block_that_was_to_be_here_and_is_not_is_missing_here(here: Here) -> None:
    with pytest.raises(SourceMissing) as missing:
        await here.gather([BlockSource(block(1))], location(1, b"one", "v1"))
    assert missing.value.holder == "v1"
    assert missing.value.reason.startswith("unavailable")


async def test_a_shuffle_is_read_in_map_partition_order_from_everywhere(here: Here) -> None:
    here.keep(mapped(1), b"a", b"bb", b"ccc")
    here.others.blocks = {"v2": {mapped(0): b"zero", mapped(2, 5): b"two"}}
    entries = (
        MapOutput(2, 5, 9, b"r" * HASH_SIZE, 3, ("v2",)),
        MapOutput(0, 0, 9, b"r" * HASH_SIZE, 3, ("v2",)),
        MapOutput(1, 0, 6, b"r" * HASH_SIZE, 3, ("v1",)),
    )
    here.fetcher.learn(MapOutputs(application="a1", shuffle=9, entries=entries))
    (portions,) = await here.gather([ShuffleSource("a1", 9, 1, 3)])
    assert [bytes_of(portion) for portion in portions] == [b"zero", b"bb", b"two"]
    assert [portion.block for portion in portions] == [mapped(0), mapped(1), mapped(2, 5)]
    assert here.others.asked == [("v2", [mapped(0), mapped(2, 5)])]


async def test_a_later_entry_of_the_table_replaces_an_earlier(here: Here) -> None:
    here.others.blocks = {"v3": {mapped(0, 1): b"again"}}
    for entry in (MapOutput(0, 0, 9, b"r", 3, ("v2",)), MapOutput(0, 1, 9, b"r", 3, ("v3",))):
        here.fetcher.learn(MapOutputs(application="a1", shuffle=9, entries=(entry,)))
    ((portion,),) = await here.gather([ShuffleSource("a1", 9, 1, 1)])
    assert bytes_of(portion) == b"again"
    here.fetcher.forget("a1")
    with pytest.raises(SourceMissing, match="nobody said"):
        await here.gather([ShuffleSource("a1", 9, 1, 1)])


async def test_a_lost_map_output_is_missing(here: Here) -> None:
    here.fetcher.learn(MapOutputs(application="a1", shuffle=9, entries=(MapOutput(0, 0, 9, b"r", 3, ()),)))
    with pytest.raises(SourceMissing) as missing:
        await here.gather([ShuffleSource("a1", 9, 1, 1)])
    assert missing.value.block == mapped(0)


async def test_large_blocks_go_to_the_process_by_file_and_inline_data_needs_nobody(here: Here) -> None:
    large = bytes(200_000)
    here.others.blocks = {"v2": {block(1): large}}
    sources: list[Source] = [BlockSource(block(1)), DriverSource(block(2), b"inline")]
    (portion,), nothing = await here.gather(sources, location(1, large, "v2"))
    assert portion.path and bytes_of(portion) == large
    assert nothing == []


async def test_served_segments_are_those_asked_for(here: Here) -> None:
    here.keep(mapped(1), b"a", b"", b"ccc")
    served = await here.store.look_up(mapped(1), (2, 1))
    assert served is not None
    assert served.sizes == (3, 0) and b"".join(served.chunks) == b"ccc"
    assert served.hashes == b"".join(map(segment_hash, (b"a", b"", b"ccc")))
    assert await here.store.look_up(mapped(1), (3,)) is None
    assert await here.store.look_up(mapped(2), None) is None


def test_a_dropped_block_leaves_no_file_and_no_bytes(here: Here) -> None:
    here.keep(block(1), b"mine")
    assert here.store.size == 4 and len(here.store) == 1
    here.store.drop([block(1), block(2)])
    assert here.store.size == 0 and block(1) not in here.store
    assert list(here.folder.iterdir()) == []


async def a_neighbour(here: Here, data: bytes, *, lie: Place | None = None, ask: str = "v2") -> Path:
    """Another volunteer of this host that has block 1, and what this one was told of it. Gives the block's file."""
    file = here.folder.parent / "theirs"
    file.write_bytes(b"before" + data)

    async def find(wanted: BlockId, segment: int, where: str) -> Place | None:
        if wanted != block(1):
            return None
        return lie or Place(str(file), 6, len(data), segment_hash(data))

    there = Neighbourhood(host_directory(here.folder.parent))
    await there.open("v2", find)
    here.at_end.append(there)
    here.routes.meet(m.Holders(holders=(Holder(ask, "native", "", ("files",), there.id, "", ""),)))
    return file


async def test_a_neighbours_block_is_linked_and_outlives_its_dropping(here: Here) -> None:
    file = await a_neighbour(here, b"shared")
    ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"shared", "v2"))
    file.unlink()
    assert bytes_of(portion) == b"shared" and portion.holder == "v2"
    assert (here.others.asked, here.moved, here.direct) == ([], 6, 6)
    here.store.drop_fetched([[portion]], str(here.folder / "in-"))
    assert list(here.folder.iterdir()) == []


async def test_what_a_neighbour_has_not_got_is_fetched_through_the_relay(here: Here) -> None:
    await a_neighbour(here, b"shared")
    here.others.blocks = {"v2": {block(2): b"relayed"}}
    places = [location(1, b"shared", "v2"), location(2, b"relayed", "v2")]
    gathered = await here.gather([BlockSource(block(1)), BlockSource(block(2))], *places)
    assert [bytes_of(portion) for (portion,) in gathered] == [b"shared", b"relayed"]
    assert here.others.asked == [("v2", [block(2)])]
    assert (here.moved, here.direct) == (13, 6)


async def test_a_block_dropped_between_the_answer_and_the_link_is_asked_of_the_relay(here: Here) -> None:
    await a_neighbour(here, b"shared", lie=Place("/nowhere/at/all", 0, 6, segment_hash(b"shared")))
    here.others.blocks = {"v2": {block(1): b"shared"}}
    ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"shared", "v2"))
    assert bytes_of(portion) == b"shared" and here.direct == 0


@pytest.mark.parametrize(
    "lie",
    [
        Place("/etc/passwd", 0, 2**40, segment_hash(b"shared")),
        Place("/etc/passwd", 0, 6, given=True),
        Place("/etc/passwd", 0, 6, unchanged=(1, 1)),
    ],
    ids=["larger than committed", "given elsewhere", "in place, of a block with a root hash"],
)
async def test_a_place_that_cannot_be_meant_is_not_taken(here: Here, lie: Place) -> None:
    await a_neighbour(here, b"shared", lie=lie)
    here.others.blocks = {"v2": {block(1): b"shared"}}
    ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"shared", "v2"))
    assert bytes_of(portion) == b"shared" and portion.unchanged is None and here.direct == 0


async def test_a_neighbour_without_a_door_is_reached_through_the_relay(here: Here) -> None:
    await a_neighbour(here, b"shared", ask="v3")
    here.others.blocks = {"v3": {block(1): b"shared"}}
    ((portion,),) = await here.gather([BlockSource(block(1))], location(1, b"shared", "v3"))
    assert bytes_of(portion) == b"shared" and here.direct == 0
