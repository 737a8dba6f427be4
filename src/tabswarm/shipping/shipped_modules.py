"""Imports local modules that travelled as source, under their own names.

A finder in front of all others answers for the modules that were offered to this process. Their code runs as in any
import; their text is put into `linecache`, so that a traceback shows the user's path and line.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
import threading
import types
from collections.abc import Sequence

from tabswarm.shipping.blob import Blob, SourceText
from tabswarm.shipping.class_registry import SHIPPED
from tabswarm.shipping.compile_source import cannot_compile
from tabswarm.shipping.missing_modules import put_off_imports

_ORIGIN = "tabswarm:"


class ShippedModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finder and loader of shipped modules; this process has one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._offered: dict[str, tuple[str, Blob]] = {}
        self._imported: dict[str, str] = {}

    def offer(self, name: str, blob_hash: str, blob: Blob) -> None:
        """Let a module be imported. A newer text of one that was imported from here replaces it at its next import."""
        with self._lock:
            if self._offered.get(name, ("",))[0] == blob_hash:
                return
            self._offered[name] = (blob_hash, blob)
            live = sys.modules.get(name)
            if live is not None and not self._is_same(live, name, blob_hash, blob):
                del sys.modules[name]
            if self not in sys.meta_path:
                sys.meta_path.insert(0, self)

    def _is_same(self, live: types.ModuleType, name: str, blob_hash: str, blob: Blob) -> bool:
        if name in self._imported:
            return self._imported[name] == blob_hash
        # Not from here: the driver itself, in whose process we are, or an installed module, which serves if its text is
        # the same.
        if name in SHIPPED.modules:
            return True
        loader = getattr(getattr(live, "__spec__", None), "loader", None)
        try:
            return loader is not None and (loader.get_source(name) or "") == blob.texts[0].text
        except (ImportError, OSError, AttributeError):
            return False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a module that was offered."""
        offered = self._offered.get(fullname)
        if offered is None:
            return None
        text = offered[1].texts[0]
        return importlib.util.spec_from_loader(
            fullname, self, origin=_ORIGIN + text.file, is_package=offered[1].is_package
        )

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        """The default module."""
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's text; `CannotCompile` where its syntax is newer than this Python."""
        name = module.__name__
        blob_hash, blob = self._offered[name]
        text = blob.texts[0]
        module.__file__ = text.file
        remember_text(text)
        try:
            tree = ast.parse(text.text, text.file)
            helpers = put_off_imports(tree)
            code = compile(tree, text.file, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise cannot_compile(error, text.file, error.lineno or 1) from error
        self._imported[name] = blob_hash
        SHIPPED.add_module(module)
        vars(module).update(helpers)
        try:
            exec(code, vars(module))
        finally:
            for helper in helpers:
                vars(module).pop(helper, None)

    def get_source(self, fullname: str) -> str:
        """The module's text, for `inspect`."""
        return self.text_of(fullname).text

    def text_of(self, fullname: str) -> SourceText:
        """The module's text and path, also for shipping it on."""
        offered = self._offered.get(fullname)
        if offered is None:
            raise ImportError(f"{fullname} was not shipped", name=fullname)
        return offered[1].texts[0]


def remember_text(text: SourceText) -> None:
    """Put a text into `linecache` at its true lines; texts of one file add up. A file that is really there stays."""
    known = linecache.cache.get(text.file)
    if known is not None and len(known) == 4 and known[1] is not None:
        return
    lines = list(known[2]) if known is not None and len(known) == 4 else []
    added = [line + "\n" for line in text.text.split("\n")]
    lines.extend(["\n"] * (text.first_line - 1 + len(added) - len(lines)))
    lines[text.first_line - 1 : text.first_line - 1 + len(added)] = added
    linecache.cache[text.file] = (sum(map(len, lines)), None, lines, text.file)


SHIPPED_MODULES = ShippedModules()
