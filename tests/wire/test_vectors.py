"""The messages and frames of tests/wire/vectors, read by Python; the pages' tests read the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from tests.wire.write_vectors import frame_vectors, message_vectors, plain

from tabswarm.wire import messages
from tabswarm.wire.blocks import HEADER, FrameType, Item, Refusal, Request
from tabswarm.wire.malformed import MALFORMED

FOLDER = Path(__file__).parent / "vectors"
MESSAGES = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))
FRAMES = json.loads((FOLDER / "frames.json").read_text(encoding="utf-8"))
DIRECTIONS: dict[str, Any] = {
    "Hello": messages.Hello,
    "FromVolunteer": messages.FromVolunteer,
    "ToVolunteer": messages.ToVolunteer,
    "FromDriver": messages.FromDriver,
    "ToDriver": messages.ToDriver,
    "FromOperator": messages.FromOperator,
    "ToOperator": messages.ToOperator,
}


def named(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


@pytest.mark.parametrize("vector", named([vector for vector in MESSAGES if vector["message"] is not None]))
def test_a_good_message_is_read_as_it_says_and_written_as_it_was(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    message = msgspec.msgpack.decode(data, type=DIRECTIONS[vector["direction"]])
    assert plain(message) == vector["message"]
    assert msgspec.msgpack.encode(message) == data


@pytest.mark.parametrize("vector", named([vector for vector in MESSAGES if vector["message"] is None]))
def test_a_bad_message_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(MALFORMED):
        msgspec.msgpack.decode(bytes.fromhex(vector["hex"]), type=DIRECTIONS[vector["direction"]])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_message_type_has_a_vector(direction: str) -> None:
    types = get_args(DIRECTIONS[direction]) or (DIRECTIONS[direction],)
    shown = {vector["message"]["type"] for vector in MESSAGES if vector["direction"] == direction and vector["message"]}
    assert shown == {cls.__name__ for cls in types}


def read_frame(data: bytes) -> tuple[int, int, Any]:
    """A frame, taken apart as both ends of a transfer do it."""
    if len(data) < HEADER.size:
        raise ValueError("too short")
    kind, stream = HEADER.unpack_from(data)
    body = data[HEADER.size :]
    bodies: dict[FrameType, Any] = {FrameType.REQUEST: Request, FrameType.ITEM: Item, FrameType.REFUSED: Refusal}
    if FrameType(kind) in bodies:
        return kind, stream, plain(msgspec.msgpack.decode(body, type=bodies[FrameType(kind)]))
    if kind == FrameType.CREDIT and len(body) != 4:
        raise ValueError("a credit is four bytes")
    return kind, stream, plain(body) if kind in (FrameType.DATA, FrameType.CREDIT) else body.decode()


@pytest.mark.parametrize("vector", named([vector for vector in FRAMES if vector["body"] is not None]))
def test_a_good_frame_is_read_as_it_says(vector: dict[str, Any]) -> None:
    found = read_frame(bytes.fromhex(vector["hex"]))
    assert found == (vector["type"], vector["stream"], vector["body"])


@pytest.mark.parametrize("vector", named([vector for vector in FRAMES if vector["body"] is None]))
def test_a_bad_frame_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises((ValueError, *MALFORMED)):
        read_frame(bytes.fromhex(vector["hex"]))


def test_the_written_vectors_are_the_ones_that_the_protocol_gives() -> None:
    assert message_vectors() == MESSAGES, "run `PYTHONPATH=src python -m tests.wire.write_vectors`"
    assert frame_vectors() == FRAMES
