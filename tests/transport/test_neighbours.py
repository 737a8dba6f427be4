"""Processes of one host meet at doors in a private folder, and tell each other where blocks lie."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Holder
from tabswarm.transport import neighbours as n
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.host_directory import door_path, host_directory, host_id, sweep_doors
from tabswarm.transport.neighbours import Neighbourhood, Place

PLACE = Place("/blocks/7", 10, 5, b"h" * 16)


def block(node: int) -> BlockId:
    return BlockId("a1", BlockKind.PARTITION, node, 0, 0)


async def find(wanted: BlockId, segment: int, where: str) -> Place | None:
    """Block 1 lies in a file, block 2 is written for who asks, block 3 is not here, block 4 cannot be read."""
    match wanted.node:
        case 1:
            return PLACE
        case 2:
            Path(where).write_bytes(b"given")
            return Place(where, 0, 5, given=True)
        case 4:
            raise OSError("it has changed")
        case _:
            return None


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Neighbourhood, Neighbourhood]]:
    directory = host_directory(folder)
    holder, requester = Neighbourhood(directory), Neighbourhood(directory)
    await holder.open("v1", find)
    await requester.open("v2", find)
    yield holder, requester
    await requester.close()
    await holder.close()


def card(holder: Neighbourhood, peer: str = "v1", **changed: object) -> Holder:
    host = str(changed.get("host", holder.id))
    return Holder(peer, "native", "", tuple(changed.get("capabilities", ("files",))), host, "", "")  # type: ignore[arg-type]


async def test_a_neighbour_tells_where_its_blocks_lie_and_writes_what_lies_in_no_file(tmp_path: Path) -> None:
    async with two(tmp_path) as (holder, requester):
        assert requester.reaches(card(holder))
        asked = [(block(node), 0) for node in (1, 2, 3, 4)]
        places = await requester.locate("v1", asked, str(tmp_path / "given-"))
        assert places[0] == PLACE and places[2] is None and places[3] is None
        assert places[1] is not None and places[1].given
        assert Path(places[1].path).read_bytes() == b"given"
        assert Path(places[1].path).name.startswith("given-")
        many = await asyncio.gather(*(requester.locate("v1", [(block(1), 0)]) for _ in range(20)))
        assert many == [[PLACE]] * 20


async def test_only_who_shares_the_folder_and_says_so_is_a_neighbour(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    async with two(tmp_path) as (holder, requester):
        assert not requester.reaches(None)
        assert not requester.reaches(card(holder, host="another host"))
        assert not requester.reaches(card(holder, capabilities=("webrtc",)))
        stranger = Neighbourhood(host_directory(tmp_path / "elsewhere"))
        assert stranger.id and stranger.id != holder.id == requester.id
        assert not stranger.reaches(card(holder))


async def test_a_neighbour_that_is_gone_is_not_asked_again_for_a_while(tmp_path: Path) -> None:
    async with two(tmp_path) as (holder, requester):
        assert await requester.locate("v1", [(block(1), 0)]) == [PLACE]
        await holder.close()
        with pytest.raises(ConnectionLost):
            await requester.locate("v1", [(block(1), 0)])
        assert not requester.reaches(card(holder))


async def test_a_neighbour_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(n, "PATIENCE", 0.05)

    async def never(wanted: BlockId, segment: int, where: str) -> Place | None:
        await asyncio.Event().wait()
        return None

    directory = host_directory(tmp_path)
    holder, requester = Neighbourhood(directory), Neighbourhood(directory)
    await holder.open("v1", never)
    with pytest.raises(ConnectionLost):
        await requester.locate("v1", [(block(1), 0)])
    await requester.close()
    await holder.close()


@pytest.mark.parametrize("rubbish", [b"\xff" * 64, b"\x00\x00\x00\x01\xc1", b"\x00"])
async def test_rubbish_at_the_door_ends_its_own_line_only(tmp_path: Path, rubbish: bytes) -> None:
    async with two(tmp_path) as (_, requester):
        directory = host_directory(tmp_path)
        assert directory is not None
        reader, writer = await asyncio.open_unix_connection(str(door_path(directory, "v1")))
        writer.write(rubbish)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        assert await requester.locate("v1", [(block(1), 0)]) == [PLACE]


async def test_a_dead_neighbours_door_is_swept_and_a_living_ones_stays(tmp_path: Path) -> None:
    async with two(tmp_path):
        directory = host_directory(tmp_path)
        assert directory is not None
        program = f"import os, socket; s = socket.socket(socket.AF_UNIX); s.bind({str(directory / 'v9.sock')!r}); "
        dying = await asyncio.create_subprocess_exec("python3", "-c", program + "s.listen(); os.kill(os.getpid(), 9)")
        await dying.wait()
        assert [path.name for path in sweep_doors(directory)] == ["v9.sock"]
        assert sorted(path.name for path in directory.glob("*.sock")) == ["v1.sock", "v2.sock"]


def test_a_folder_that_others_may_enter_or_that_is_none_is_not_used(tmp_path: Path) -> None:
    open_to_all = tmp_path / f"tabswarm-{os.getuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    assert host_directory(tmp_path) is None
    open_to_all.rmdir()
    open_to_all.symlink_to(tmp_path)
    assert host_directory(tmp_path) is None
    assert not Neighbourhood(tmp_path / "none").id


def test_all_processes_of_a_host_have_one_id_that_tells_nothing(tmp_path: Path) -> None:
    directory = host_directory(tmp_path)
    assert host_id(directory) == host_id(host_directory(tmp_path)) != ""
    assert directory is not None and [path.name for path in directory.iterdir()] == ["host"]
    assert host_id(None) == ""


@pytest.mark.parametrize("peer", ["", "../v1", "a/b", "v1\0", "x" * 200])
def test_a_peer_that_is_no_word_has_no_door(tmp_path: Path, peer: str) -> None:
    assert door_path(tmp_path, peer) is None


@pytest.mark.parametrize("turns", range(6))
def test_who_stands_in_the_door_when_it_closes_leaves_no_socket_open(tmp_path: Path, turns: int) -> None:
    directory = host_directory(tmp_path)
    assert directory is not None

    async def close_after(turns: int, knock: socket.socket) -> None:
        holder = Neighbourhood(directory)
        await holder.open("v1", find)
        knock.connect(str(door_path(directory, "v1")))
        for _ in range(turns):
            await asyncio.sleep(0)
        await holder.close()

    with warnings.catch_warnings(record=True) as told, socket.socket(socket.AF_UNIX) as knock:
        warnings.simplefilter("always")
        loop = asyncio.new_event_loop()
        loop.run_until_complete(close_after(turns, knock))
        assert not asyncio.all_tasks(loop)
        loop.close()
        gc.collect()
    assert [str(warning.message) for warning in told] == []
