"""The far end of the matrix: loads each shipped case in this Python, calls it and compares with what the driver got.

    python far_end.py IN

Prints one line of JSON: for each case an empty string, or what went wrong.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

import msgspec

from tabswarm.shipping.code_reader import CodeReader


def verdicts_of(source: str) -> dict[str, str]:
    """For each case of a file an empty string, or what went wrong."""
    verdicts: dict[str, str] = {}
    shipped = msgspec.msgpack.decode(Path(source).read_bytes(), type=dict[str, tuple[str, dict[str, bytes], str]])
    for name, (root, blobs, expected) in shipped.items():
        try:
            got = repr(CodeReader(blobs).load(root)())
        except BaseException:
            verdicts[name] = traceback.format_exc()
        else:
            verdicts[name] = "" if got == expected else f"expected {expected}, got {got}"
    return verdicts


if __name__ == "__main__":
    print(json.dumps(verdicts_of(sys.argv[1])))
