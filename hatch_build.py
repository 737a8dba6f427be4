"""hatchling's build hook: no wheel, sdist or editable install without the pages and the tabs' Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own types are loose
    """Builds src/tabswarm/web (see scripts/webbuild) and refuses to go on without what a tab cannot do without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sys.path.insert(0, str(root / "scripts"))
        try:
            from webbuild import build

            web = build(root)
        finally:
            sys.path.remove(str(root / "scripts"))
        for pattern in ("index.html", "static/runtime-*/pyodide.asm.wasm"):
            if not any(web.glob(pattern)):
                raise SystemExit(f"tabswarm cannot be packed: {web / pattern} is missing after the build of web/")
