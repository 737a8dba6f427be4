"""Passes for tests: each application's secret is its name, backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tabswarm.transport.passes import Passes


def passes(*applications: str) -> Passes:
    """A peer's who knows those of these applications."""
    known = Passes()
    for application in applications:
        known.learn(application, application[::-1])
    return known


class EveryPass(Passes):
    """A peer's who was told of each application that it meets, by whoever makes passes."""

    def __init__(self, secret_of: Callable[[str], str]) -> None:
        super().__init__()
        self._secret_of = secret_of

    def of(self, applications: Iterable[str]) -> dict[str, str]:
        met = list(applications)
        for application in met:
            self.learn(application, self._secret_of(application))
        return super().of(met)

    def opens(self, application: str, shown: Mapping[str, str]) -> bool:
        self.learn(application, self._secret_of(application))
        return super().opens(application, shown)
