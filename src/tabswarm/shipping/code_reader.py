"""The code reader: loads what the driver shipped, unrestricted, and therefore only what the driver's plan names by
hash.

It is one of the two files that unpickle. It runs only inside a task's worker (and in the driver, on its own bytes).
Before anything of a blob is executed its bytes are hashed and compared with the name that the plan gave.
"""

from __future__ import annotations

import importlib.util
import io
import marshal
import pickle
import platform
import types
from collections.abc import Mapping
from typing import Any

import msgspec

from tabswarm.errors import CannotCompile, CodeRefused, NotShippable, TabswarmError
from tabswarm.shipping import code_pickler
from tabswarm.shipping.blob import Blob, Bytecode, blob_hash, decode_blob, payload_of
from tabswarm.shipping.class_registry import SHIPPED, ClassRegistry
from tabswarm.shipping.code import Shipment
from tabswarm.shipping.compile_source import compile_source
from tabswarm.shipping.missing_modules import Missing, raise_missing
from tabswarm.shipping.shipped_modules import SHIPPED_MODULES, remember_text

_SHIPMENTS = msgspec.msgpack.Decoder(Shipment)
_MOVED = {
    "pathlib._local": "pathlib",  # 3.13 only
    "pathlib._abc": "pathlib",
}


class CodeReader:
    """Loads values by the hash of their root blob, out of a mapping that may grow while it is used.

    A value is loaded once and kept: a worker calls the same function object for each partition.
    """

    def __init__(self, blobs: Mapping[str, bytes]) -> None:
        self._blobs = blobs
        self._loaded: dict[str, object] = {}

    @property
    def classes(self) -> ClassRegistry:
        """The user's classes that were loaded: what the record codec needs to know them."""
        return SHIPPED

    def load(self, root: str) -> Any:
        """The value of a root blob.

        Raises `CodeRefused` where a blob is missing or not what its hash says, `CannotCompile` where this Python does
        not know the source's syntax (or the code is another version's bytecode), `NotShippable` where it lacks a module
        or name.
        """
        if root not in self._loaded:
            self._loaded[root] = self._read(root)
        return self._loaded[root]

    def load_values(self, data: bytes) -> list[Any]:
        """The driver's own values, from a source block that `ship_values` made (the caller has checked its hash)."""
        try:
            shipment = _SHIPMENTS.decode(data)
        except msgspec.DecodeError as error:
            raise CodeRefused(f"the driver's values are no shipment of tabswarm's: {error}") from error
        return list(CodeReader(shipment.blobs).load(shipment.root))

    def _read(self, root: str) -> object:
        blob = self._blob(root)
        for name, module_hash in blob.modules.items():
            module = self._blob(module_hash)
            if module.module != name:
                raise CodeRefused(f"the blob {module_hash} is not the module {name}, as the shipment says")
            SHIPPED_MODULES.offer(name, module_hash, module)
        for text in blob.texts:
            remember_text(text)
        try:
            value = _Unpickler(io.BytesIO(payload_of(blob)), blob).load()
            if isinstance(value, Missing):
                raise_missing(value)
            return value
        except (TabswarmError, SyntaxError):
            raise
        except ModuleNotFoundError as error:
            raise NotShippable(
                f"the program needs the module {error.name!r}, which this worker (Python {platform.python_version()}) "
                "does not have: "
                "it is neither local to the program nor part of the standard library"
            ) from error

    def _blob(self, name: str) -> Blob:
        data = self._blobs.get(name)
        if data is None:
            raise CodeRefused(f"the blob {name} did not arrive with the task")
        if blob_hash(data) != name:
            raise CodeRefused(f"the blob {name} has other bytes than the driver named in the plan")
        return decode_blob(data)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, blob: Blob) -> None:
        super().__init__(file)
        self._blob = blob
        self._compiled: dict[int, types.CodeType] = {}

    def find_class(self, module: str, name: str) -> Any:
        if name == "code_at" and module == code_pickler.__name__:
            return self._code_at
        try:
            return super().find_class(module, name)
        except ModuleNotFoundError as error:
            if module in _MOVED:
                return super().find_class(_MOVED[module], name)
            return Missing(error, f"{module}.{name}")
        except AttributeError as error:
            raise NotShippable(
                f"the program refers to {module}.{name}, which this worker's Python {platform.python_version()} does "
                "not have "
                f"(the driver runs {self._blob.python})"
            ) from error

    def _code_at(self, index: int) -> types.CodeType:
        code = self._compiled.get(index)
        if code is None:
            described = self._blob.codes[index]
            if isinstance(described, Bytecode):
                code = self._unmarshalled(described)
            else:
                code = compile_source(described, self._blob.texts[described.text])
                if code.co_freevars != described.free:
                    raise CodeRefused(
                        f"`{described.qualname}` has the free variables {code.co_freevars} here and {described.free} "
                        "in the driver"
                    )
            self._compiled[index] = code
        return code

    def _unmarshalled(self, described: Bytecode) -> types.CodeType:
        if described.magic != importlib.util.MAGIC_NUMBER:
            raise CannotCompile(
                f"`{described.name}` has no source and travels as bytecode of Python {described.python}; this worker "
                "runs "
                f"{platform.python_version()}. Put it into a file, or use `tabswarm shell` or a notebook"
            )
        code = marshal.loads(described.data)
        if not isinstance(code, types.CodeType):
            raise CodeRefused(f"the bytecode of `{described.name}` is none")
        return code
