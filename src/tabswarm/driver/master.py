"""What `master` means: `local`, `local[N]`, `local[*]`, `local[N, FAILURES]`, or the driver link of a swarm.

Where the program does not say, the environment does (`TABSWARM_MASTER`, which `tabswarm run` sets), else it is
`local[*]`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from tabswarm.errors import BadLink
from tabswarm.transport.links import Link, parse_link

MASTER_VARIABLE = "TABSWARM_MASTER"
MOST_SLOTS = 1024
_LOCAL = re.compile(r"local(?:\[\s*(\*|\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?\])?")


@dataclass(frozen=True, slots=True)
class Local:
    """A swarm of this machine's own, with this many slots. A task may fail `max_failures` times before its job does; 0:
    as elsewhere."""

    slots: int
    max_failures: int = 0


def chosen_master(master: str | None) -> str:
    """The master as text: what the program said, else the environment, else `local[*]`."""
    if master is not None:
        return master
    return os.environ.get(MASTER_VARIABLE, "").strip() or "local[*]"


def check_master(master: str) -> Local | Link:
    """What a master's text means. Raises `BadLink`, which says what to type instead.

    >>> check_master("local[2]"), check_master("local[4, 2]")
    (Local(slots=2, max_failures=0), Local(slots=4, max_failures=2))
    """
    text = str(master).strip()
    local = _LOCAL.fullmatch(text)
    if local is not None:
        asked = local.group(1) or "1"
        slots = (os.cpu_count() or 1) if asked == "*" else int(asked)
        if not 1 <= slots <= MOST_SLOTS:
            raise BadLink(f"master {text!r}: local[N] takes 1 to {MOST_SLOTS} slots")
        return Local(slots, int(local.group(2) or 0))
    if text.startswith(("http://", "https://")):
        return parse_link(text, role="driver")
    if text.startswith(("spark://", "yarn", "mesos://", "k8s://")):
        raise BadLink(f"master {text.partition('#')[0]!r} is Apache Spark's; {_CHOICES}")
    raise BadLink(f"master {text.partition('#')[0][:100]!r} is unknown; {_CHOICES}")


_CHOICES = "type local[2], local[*], or a swarm's driver link (https://HOST:PORT/console#TOKEN, from `tabswarm serve`)"
