"""What goes wrong with a browser, as types.

TabswarmError
└── BrowserError            the browser did not start, has ended, or refused a command
    ├── BrowserMissing      there is none on this machine; says the command that gets one
    ├── EvaluationFailed    a script that we sent raised; carries its message and stack
    ├── PageTimeout         what we waited for did not come in time
    └── RealmGone           the page, frame or worker is no longer there
"""

from __future__ import annotations

from tabswarm.errors import TabswarmError


class BrowserError(TabswarmError):
    """The browser did not start, has ended, or refused a command."""


class BrowserMissing(BrowserError):
    """There is no such browser on this machine; the message ends with the command that gets one."""


class EvaluationFailed(BrowserError):
    """A script that we sent to a page, frame or worker raised."""


class PageTimeout(BrowserError):
    """What we waited for did not come in time."""


class RealmGone(BrowserError):
    """The page, frame or worker that should run a script is no longer there."""
