"""The TypeScript types follow from the Structs, and nobody may forget to write them anew."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from tabswarm.wire import messages
from tabswarm.wire.typescript import generate

WRITTEN = Path(__file__).resolve().parents[2] / "web" / "src" / "wire" / "messages.ts"


def test_the_written_types_are_the_ones_that_the_structs_give() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == generate(), "run `python -m tabswarm.wire.typescript`"


def test_generating_twice_gives_the_same_text() -> None:
    assert generate() == generate()


def test_every_message_of_every_direction_has_an_interface() -> None:
    text = generate()
    directions = ("FromVolunteer", "ToVolunteer", "FromDriver", "ToDriver", "FromOperator", "ToOperator")
    for union in (getattr(messages, direction) for direction in directions):
        for cls in get_args(union):
            assert f"export interface {cls.__name__} {{\n  type: " in text


def test_a_field_that_may_be_omitted_is_optional_and_says_its_default() -> None:
    assert "  partition?: number; // -1\n" in generate()


def test_array_like_structs_are_labelled_tuples_with_their_tag_first() -> None:
    assert "export type FromStep = [tag: 0, step: number];\n" in generate()
