"""A context in a notebook: what its cell shows where a context is the last line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tabswarm.errors import ProgramError
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.showing.screen import in_notebook

if TYPE_CHECKING:
    from tabswarm.driver.swarm_news import Snapshot, SwarmNews, Watcher


@runtime_checkable
class Watched(Protocol):
    """An engine that tells what happens in its swarm (`SwarmEngine`)."""

    news: SwarmNews

    def watch_swarm(self, watcher: Watcher) -> None: ...


class SwarmView(EngineContext):
    """`swarm_widget`."""

    def swarm_widget(self) -> Any:
        """A live widget of the swarm, for Jupyter and its like: volunteers, running jobs, and the invite link with its
        QR code. `sc` at the end of a cell shows it as well. It needs anywidget: `pip install tabswarm[notebook]`.

        >>> sc.swarm_widget().news["title"].startswith(sc.master)
        True
        """
        from tabswarm.driver.swarm_widget import can_show_widgets, make_widget, swarm_news

        self._must_run()
        if not can_show_widgets():
            raise ProgramError("the widget needs anywidget, which is not installed: pip install tabswarm[notebook]")
        if not isinstance(self._engine, Watched):
            raise ProgramError("this context has no connection of its own that a widget could watch")
        widget = make_widget(swarm_news(self._engine.news.now, self.master, self.applicationId))

        def heard(now: Snapshot) -> None:
            widget.news = swarm_news(now, self.master, self.applicationId)

        self._engine.watch_swarm(heard)
        return widget

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """The widget, in a notebook that can show it; there and elsewhere also the plain table of `_repr_html_`."""
        plain = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self._stopped is not None or not in_notebook() or not isinstance(self._engine, Watched):
            return plain
        from tabswarm.driver.swarm_widget import can_show_widgets

        if not can_show_widgets():
            return plain
        bundle = self.swarm_widget()._repr_mimebundle_()
        # Some versions of anywidget give metadata beside the data.
        data: dict[str, Any] = bundle[0] if isinstance(bundle, tuple) else bundle
        return plain | {kind: value for kind, value in data.items() if kind != "text/plain"}
