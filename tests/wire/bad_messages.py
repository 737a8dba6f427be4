"""What no reader of its direction may take for a message, for the vectors that `write_vectors` writes."""

from __future__ import annotations

from typing import Any

import msgspec

from tabswarm.wire.messages import Hello

HELLO = Hello(token="t", role="driver", protocol=1, version="", python="", kind="cli", socket="relay", resume="r")
STARTED = {"type": "Started", "task": 1, "attempt": 0}
_code = {"type": "Code", "application": "a1", "blobs": {}}
BAD: list[tuple[str, str, Any]] = [
    ("no type", "FromVolunteer", {"task": 1, "attempt": 0}),
    ("a type that is none", "FromVolunteer", {**STARTED, "type": "Begun"}),
    ("a type of the other direction", "FromVolunteer", _code),
    ("a type of the other role", "FromVolunteer", {"type": "ListJobs", "request": 1}),
    ("a hello again", "FromVolunteer", msgspec.to_builtins(HELLO)),
    ("a driver's type in a volunteer's session", "ToVolunteer", {"type": "JobDone", "job": "j1"}),
    ("a number as type", "FromVolunteer", {**STARTED, "type": 7}),
    ("a missing field", "FromVolunteer", {"type": "Started", "task": 1}),
    ("text for a number", "FromVolunteer", {**STARTED, "task": "1"}),
    ("half a number", "FromVolunteer", {**STARTED, "task": 1.5}),
    ("nothing for a number", "FromVolunteer", {**STARTED, "task": None}),
    ("a list for a message", "FromVolunteer", ["Started", 1, 0]),
    ("text for bytes", "ToVolunteer", {**_code, "blobs": {"f": "text"}}),
    ("bytes for text", "ToVolunteer", {**_code, "application": b"a1"}),
    ("a list for a map", "ToVolunteer", {**_code, "blobs": []}),
    ("a block id that is too short", "ToVolunteer", {"type": "DropBlocks", "blocks": [["a1", "rdd", 1]]}),
    ("a block of an unknown kind", "ToVolunteer", {"type": "DropBlocks", "blocks": [["a1", "tmp", 1, 0, 0]]}),
    ("an unknown kind of failure", "FromVolunteer", {"type": "Failed", "task": 1, "attempt": 0,
                                                     "failure": {"kind": "whim"}}),
    ("an unknown kind of signal", "ToVolunteer", {"type": "Signal", "peer": "v2", "kind": "renegotiate"}),
    ("an unknown operator", "FromDriver", {"type": "Submit", "request": 1, "code": {}, "plan": {
        "application": "a", "nodes": [{"id": 1, "operator": {"op": "eval"}, "partitions": 1}], "target": 1,
        "partitions": []}}),
]  # fmt: skip
BAD_BYTES: list[tuple[str, str, bytes]] = [
    ("nothing", "FromVolunteer", b""),
    ("a byte that is no msgpack", "ToVolunteer", b"\xc1"),
    ("JSON", "FromDriver", b'{"type":"StopApplication"}'),
    ("a map that is cut off", "FromVolunteer", msgspec.msgpack.encode(STARTED)[:-1]),
    ("a message with more behind it", "FromVolunteer", msgspec.msgpack.encode(STARTED) + b"\x00"),
    ("text that is not UTF-8", "ToVolunteer", b"\x82\xa4type\xaeEndApplication\xabapplication\xa2\xff\xfe"),
]
