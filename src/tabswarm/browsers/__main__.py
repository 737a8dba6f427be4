"""python -m tabswarm.browsers install [chromium] [firefox]: sees to it that these browsers are there."""

from __future__ import annotations

import sys

from tabswarm.browsers.errors import BrowserMissing
from tabswarm.browsers.find import KINDS
from tabswarm.browsers.install import get_browser


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0 when every browser asked for is there, 1 when one cannot be had, 2 for bad usage."""
    wanted = [kind for kind in KINDS if kind in arguments[1:]]
    if arguments[:1] != ["install"] or len(wanted) != len(arguments) - 1:
        print(__doc__, file=sys.stderr)
        return 2
    for kind in wanted or KINDS:
        try:
            found = get_browser(kind, say=print)
        except BrowserMissing as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{found.executable}: {found.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
