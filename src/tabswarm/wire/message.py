"""What all control messages have in common."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True, tag_field="type"):
    """Common to all messages: on the wire a map whose `type` is the class's name."""
