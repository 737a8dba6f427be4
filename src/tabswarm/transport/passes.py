"""Who may have an application's blocks: whoever shows its pass.

A pass is a secret of the coordinator's, told to the application's driver, to who watches it, and to volunteers that
work for it: those who may have its blocks, and those who hold them. A request shows the passes of what it asks for, on
whichever way it comes; a holder compares, and asks nobody.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping


class Passes:
    """Those that this peer was told, by application.

    >>> passes = Passes()
    >>> passes.learn("a1", "sesame")
    >>> passes.of(["a1", "a2", "a1"])
    {'a1': 'sesame'}
    >>> passes.opens("a1", {"a1": "sesame"}), passes.opens("a1", {"a1": "guess"}), passes.opens("a2", {"a2": ""})
    (True, False, False)
    """

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def learn(self, application: str, secret: str) -> None:
        """This opens that application's blocks."""
        self._secrets[application] = secret

    def forget(self, application: str) -> None:
        """The application is over."""
        self._secrets.pop(application, None)

    def of(self, applications: Iterable[str]) -> dict[str, str]:
        """What to show for blocks of these applications, as far as we know it."""
        return {name: self._secrets[name] for name in dict.fromkeys(applications) if name in self._secrets}

    def opens(self, application: str, shown: Mapping[str, str]) -> bool:
        """Whether what was shown opens that application's blocks. Without its pass nobody is served."""
        secret = self._secrets.get(application, "")
        return bool(secret) and hmac.compare_digest(secret.encode(), shown.get(application, "").encode())
