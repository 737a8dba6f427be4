"""Where blocks are: what the coordinator tells volunteers of their sources, and a driver of its results."""

from __future__ import annotations

import msgspec

from tabswarm.ids import BlockId


class Location(msgspec.Struct, frozen=True, array_like=True):
    """Where one source block is: who holds it, its size in bytes and its root hash (empty: the driver says it when
    it serves)."""

    block: BlockId
    size: int
    root: bytes
    holders: tuple[str, ...]


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A block that a volunteer still has from an earlier session: its size in bytes and its root hash."""

    block: BlockId
    size: int
    root: bytes


class MapOutput(msgspec.Struct, frozen=True, array_like=True):
    """Where one map output is. A later entry for the same partition replaces this one; `holders` may be empty: it
    is lost."""

    partition: int
    generation: int
    size: int
    root: bytes
    segments: int
    holders: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, array_like=True):
    """One target partition: its block is `inline`, or at the holders of `location`."""

    partition: int
    location: Location
    inline: bytes | None = None


class Holder(msgspec.Struct, frozen=True, array_like=True):
    """How a peer that holds blocks may be reached besides the relay; the words are those of its `Hello`.

    `ticket` is the coordinator's word to the port at `address` that you may ask there; for you alone.
    """

    peer: str
    kind: str
    name: str
    capabilities: tuple[str, ...]
    host: str
    address: str
    fingerprint: str
    ticket: str = ""
