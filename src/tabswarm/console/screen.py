"""The console's page as a screen: `display`, and the value of a cell's last expression."""

from __future__ import annotations

import json
from typing import Any

from tabswarm.console.cell_run import running
from tabswarm.console.sound_text import sound

KNOWN = (
    "text/plain",
    "application/vnd.tabswarm.table+json",
    "application/vnd.tabswarm.plot+json",
    "application/vnd.tabswarm.file+json",
    "image/png",
    "application/json",
)
"""What the page can show; of `text/html` and its kin it shows nothing, for nobody makes markup of what a cell says."""
TEXT_LIMIT = 1 << 20
"""Characters of a value's text."""


class PageScreen:
    """Shows values in the running cell."""

    def show(self, value: object, id: str) -> None:
        """Show a value; the same `id` again replaces what it showed."""
        run = running.get()
        if run is not None:
            run.tell({"is": "display", "id": id, "data": bundle_of(value)})


def bundle_of(value: object) -> dict[str, Any]:
    """A value by media type, with nothing in it but what the page knows and JSON has.

    >>> bundle_of({1, 2})
    {'text/plain': '{1, 2}'}
    """
    described: Any = {}
    describe = getattr(value, "_repr_mimebundle_", None)
    if callable(describe) and not isinstance(value, type):
        described = describe()
        described = described[0] if isinstance(described, tuple) else described
    bundle = {kind: described[kind] for kind in KNOWN if kind in described and _is_json(described[kind])}
    text = bundle.get("text/plain")
    shown = text if isinstance(text, str) else repr(value)
    bundle["text/plain"] = sound(shown[:TEXT_LIMIT])
    return bundle


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
