"""The protocol's version, compared in every hello.

Tabs and coordinator of one installation always agree, for the coordinator serves the tab's code. Native peers may not.
"""

from __future__ import annotations

from importlib import metadata

PROTOCOL = 1
"""Raised with every change of the messages that an older peer would misread."""


def tabswarm_version() -> str:
    """The installed version, e.g. `"0.1.0"`; a source tree that is not installed says `"0+source"`."""
    try:
        return metadata.version("tabswarm")
    except metadata.PackageNotFoundError:
        return "0+source"
