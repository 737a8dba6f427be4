"""The part of a context that reads the web: the paper's `multiGet`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from tabswarm.errors import PlanRefused
from tabswarm.plan.lineage import SourceBlock, check_url
from tabswarm.plan.operators import Fetch
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.source_data import SourceData

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD

_KEPT = "!#$%&'()*+,/:;=?@[]~"


class Fetching:
    """`multiGet`."""

    _must_run: Callable[[], None]
    _source: Callable[[Plain, SourceData], RDD[Any]]

    def multiGet(self, urls: Iterable[str], use_unicode: bool = True) -> RDD[str]:
        """What URLs give, one partition and one record each, fetched by the volunteers when an action needs it.

        tabswarm's own (the paper's; PySpark has no counterpart). A record is the text, with bytes that are no UTF-8 as
        U+FFFD; with `use_unicode=False` it is bytes. `multiGet(urls).lines()` gives the lines.

        Only `http:` and `https:` URLs are fetched, without cookies, up to 64 MiB and 2 minutes each. A fetch that fails
        is tried again, there and by another volunteer; then the action ends with `UrlUnavailable`, which names the URL
        and why. A browser tab can fetch only what its server lets other sites read (by the header
        `Access-Control-Allow-Origin`), and nothing from its person's own network; a native worker can fetch all that
        its machine can.

        >>> pages = sc.multiGet(["https://example.org/a.txt", "https://example.org/b.txt"])
        >>> pages.getNumPartitions()
        2
        >>> sc.multiGet(["ftp://example.org/a.txt"])
        Traceback (most recent call last):
        ValueError: volunteers fetch http: and https: URLs only, not 'ftp://example.org/a.txt'
        """
        self._must_run()
        if isinstance(urls, str):
            raise TypeError("multiGet takes a list of URLs, not one str")
        blocks = tuple(SourceBlock(0, url=plain_url(url)) for url in urls)
        return self._source(Plain(Fetch(use_unicode)), SourceData(blocks))


def plain_url(url: str) -> str:
    """A URL as it goes over the wire: ASCII only, without a fragment. `ValueError` for what volunteers do not fetch.

    >>> plain_url("http://bücher.example/ä b?q=ü#top")
    'http://xn--bcher-kva.example/%C3%A4%20b?q=%C3%BC'
    """
    if not isinstance(url, str):
        raise TypeError(f"a URL is a str, not {type(url).__name__}")
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        plain = urlunsplit((parts.scheme, host, quote(parts.path, _KEPT), quote(parts.query, _KEPT), ""))
        check_url(plain)
        named = parts.hostname and parts.port != 0
    except PlanRefused as refused:
        raise ValueError(str(refused)) from None
    except ValueError:  # of urlsplit's, or a host that is no name
        named = False
    if not named:
        raise ValueError(f"{url!r:.200} names no host and port that there could be")
    if "@" in parts.netloc:
        raise ValueError(f"{parts.hostname}: a URL with a password in it would be shown to every volunteer")
    return plain
