"""What a page may load and who may frame it: one policy for the pages, one for the sealed frame.

The frame's policy is the one that was found to run Pyodide in Chromium and Firefox while every other fetch, socket,
storage and import is refused (docs/decisions/0032): its origin is opaque, so the runtime's folder is named in full.
"""

from __future__ import annotations


def page_policy(nonce: str, fetches: str = "", *, styles_by_nonce: bool = False) -> str:
    """For the page shells: scripts, styles and connections of this very origin, nothing inline without the nonce.
    `fetches` are further addresses that the page itself may fetch; `styles_by_nonce` is for the console, whose code
    editor writes style sheets as it goes (decision 0140) and whose results are pictures.

    >>> "style-src 'self';" in page_policy("abc")
    True
    >>> "style-src 'self' 'nonce-abc';" in page_policy("abc", styles_by_nonce=True)
    True
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'" if styles_by_nonce else "style-src 'self'",
            "img-src 'self' data: blob:" if styles_by_nonce else "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {fetches}".strip(),
            "frame-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def fetched_for_jobs(origin: str) -> str:
    """What a volunteer's page may fetch because a plan names it (decision 0116). Where the page itself came over https,
    https alone: so the plain http of a home network's devices is out of its reach, whatever a redirection says.

    >>> fetched_for_jobs("https://swarm.example")
    'https:'
    """
    return "https:" if origin.startswith("https:") else "http: https:"


def frame_policy(nonce: str, runtime: str) -> str:
    """For the sealed frame; `runtime` is the full address of the runtime's folder, ending in a slash."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'wasm-unsafe-eval' data: {runtime}",
            "worker-src data:",
            f"connect-src {runtime}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-scripts",
        ]
    )


SERVICE_WORKER = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""For the installed app's service worker, which fetches what its page asks for."""
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""For whatever is no page."""
