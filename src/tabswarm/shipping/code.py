"""Shipping: a function or value of the driver's becomes a shipment, the bytes that a task's worker needs to have it.

>>> from tabswarm.shipping.code_reader import CodeReader
>>> shipment = ship(len)
>>> CodeReader(shipment.blobs).load(shipment.root) is len
True
"""

from __future__ import annotations

import io
import platform
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from tabswarm.errors import NotShippable
from tabswarm.shipping.blob import (
    FORMAT,
    Blob,
    SourceText,
    blob_hash,
    encode_blob,
    source_of,
)
from tabswarm.shipping.class_registry import SHIPPED
from tabswarm.shipping.code_pickler import CodePickler, Trusting
from tabswarm.shipping.culprit import name_culprit, name_heaviest
from tabswarm.shipping.modules import is_local, local_source, module_imports, parents_of
from tabswarm.shipping.source_capture import shown_path

__all__ = ["Shipment", "SourceText", "blob_hash", "ship", "ship_values", "source_of"]


LARGE = 1_000_000
"""Bytes of one function, with all that it closes over, from which on somebody should be told."""


class Shipment(msgspec.Struct, frozen=True):
    """A value on its way.

    `root` is the hash of the blob to load; `blobs` has it and one blob for each local module it needs. `python` is None
    where any version will do; otherwise the payload holds bytecode and only workers of that very version ("3.11.7") may
    load it (Law 6); `because` says which code has no usable source. `size` is how many bytes the value has, before
    compression and without modules; above `LARGE`, `heaviest` names the variable that most of them are. `handles` are
    the ids of broadcasts and the like that were found inside: what `__shipped_handle__()` of each returned.
    """

    root: str
    blobs: dict[str, bytes]
    python: str | None = None
    handles: tuple[str, ...] = ()
    because: str = ""
    size: int = 0
    heaviest: str = ""


def ship(
    value: object,
    *,
    what: str = "function",
    root_folder: Path | None = None,
    allow_bytecode: bool = False,
    weigh: bool = False,
    trust: Collection[type] = (),
) -> Shipment:
    """Make a shipment of a function, a class or any other value of the driver's.

    `what` is the word for it in errors; paths are shown relative to `root_folder`, by default the working directory.
    Raises `NotShippable`, which names the variable and the path to what cannot travel, or `NoUsableSource`; with
    `allow_bytecode` code without a usable source travels as bytecode instead; with `weigh` a large shipment says what
    makes it so. Who loads the shipment lets classes that `trust` names run their own methods on records.
    """
    file = io.BytesIO()
    pickler = CodePickler(file, root_folder=root_folder, allow_bytecode=allow_bytecode)
    try:
        pickler.dump(Trusting(value, trust) if trust else value)
    except Exception as error:
        raise name_culprit(value, what, error, root_folder, allow_bytecode) from error
    payload = file.getvalue()
    blobs: dict[str, bytes] = {}
    modules = _module_blobs(list(pickler.modules), blobs, root_folder)
    root = encode_blob(
        Blob(
            format=FORMAT,
            python=platform.python_version(),
            module=None,
            is_package=False,
            texts=pickler.texts,
            codes=pickler.codes,
            modules=modules,
            compressed_from=0,
            payload=payload,
        )
    )
    root_hash = blob_hash(root)
    blobs[root_hash] = root
    heaviest = name_heaviest(value, root_folder) if weigh and len(payload) > LARGE else ""
    python = platform.python_version() if pickler.without_source else None
    return Shipment(root_hash, blobs, python, tuple(pickler.handles), pickler.without_source, len(payload), heaviest)


def ship_values(
    values: list[Any], *, what: str = "values", root_folder: Path | None = None, allow_bytecode: bool = False
) -> bytes:
    """The driver's own values as the bytes of one source block: a whole shipment, which `CodeReader.load_values` reads.

    >>> from tabswarm.shipping.code_reader import CodeReader
    >>> CodeReader({}).load_values(ship_values([1, "two"]))
    [1, 'two']
    """
    return encode_values(ship(values, what=what, root_folder=root_folder, allow_bytecode=allow_bytecode))


def encode_values(shipment: Shipment) -> bytes:
    """The bytes of a source block that holds a list of values."""
    return msgspec.msgpack.encode(shipment)


def ship_with_handles(
    values: list[Any], *, what: str = "values", root_folder: Path | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """`ship_values`, and the handles that were found inside."""
    shipment = ship(values, what=what, root_folder=root_folder)
    return msgspec.msgpack.encode(shipment), shipment.handles


def _module_blobs(names: list[str], blobs: dict[str, bytes], root_folder: Path | None) -> dict[str, str]:
    """One blob for each local module that is needed, directly or by another; gives the hash of each by name."""
    found: dict[str, str] = {}
    waiting = [each for name in names for each in (*parents_of(name), name)]
    while waiting:
        name = waiting.pop()
        if name in found or not is_local(name):
            continue
        source = local_source(name)
        text = SourceText(shown_path(source.filename, root_folder), 1, source.text)
        blob = encode_blob(
            Blob(
                format=FORMAT,
                python=platform.python_version(),
                module=name,
                is_package=source.is_package,
                texts=[text],
                codes=[],
                modules={},
                compressed_from=0,
                payload=b"",
            )
        )
        found[name] = blob_hash(blob)
        blobs[found[name]] = blob
        if name in sys.modules:
            SHIPPED.add_module(sys.modules[name])
        try:
            waiting.extend(each for imported in module_imports(source) for each in (*parents_of(imported), imported))
        except SyntaxError as error:
            raise NotShippable(f"the local module {name} does not compile: {error}") from error
    return dict(sorted(found.items()))
