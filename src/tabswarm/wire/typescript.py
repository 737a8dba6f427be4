"""The protocol's types for TypeScript, out of the Structs: `python -m tabswarm.wire.typescript` writes them.

There is one definition of the protocol, in Python (`wire/messages.py`, `wire/blocks.py`); web/src/wire/messages.ts
follows from it and is never edited. `tests/wire/test_typescript.py` fails while that file is stale.

    a Struct                     interface, with its tag as a literal field
    an array_like Struct         labelled tuple, its tag first where it has one
    a field that may be omitted  optional (`?`), with its default in the comment
    bytes                        Uint8Array
    an Enum                      union of literals (of strings), or a const object (of numbers)

Beside the types stands `schema`, the same as data, for the checker that refuses bad messages at run time.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec
from msgspec import inspect as types

from tabswarm.plan import dependency, finish, operators, partitioner, task
from tabswarm.wire import blocks, close_code, console_messages, invitation_messages, messages, version

_UNIONS: Mapping[str, object] = {
    "FromVolunteer": messages.FromVolunteer,
    "ToVolunteer": messages.ToVolunteer,
    "FromDriver": messages.FromDriver,
    "ToDriver": messages.ToDriver,
    "FromOperator": messages.FromOperator,
    "ToOperator": messages.ToOperator,
    "Operator": operators.Operator,
    "Dependency": dependency.Dependency,
    "Partitioner": partitioner.Partitioner,
    "Finish": finish.Finish,
    "Aggregator": partitioner.Aggregator,
    "Input": task.Input,
    "Source": task.Source,
    "Sink": task.Sink,
}
_DIRECTIONS = ("FromVolunteer", "ToVolunteer", "FromDriver", "ToDriver", "FromOperator", "ToOperator")
_ROOTS = (messages.Hello, blocks.Request, blocks.Item, blocks.Refusal)
_ENUMS = (blocks.FrameType, close_code.CloseCode)
_CONSTANTS: Mapping[str, int] = {
    "PROTOCOL": version.PROTOCOL,
    "HELLO_LIMIT": messages.HELLO_LIMIT,
    "MESSAGE_LIMIT": messages.MESSAGE_LIMIT,
    "INLINE_LIMIT": messages.INLINE_LIMIT,
    "OUTPUT_LIMIT": messages.OUTPUT_LIMIT,
    "SIGNAL_LIMIT": messages.SIGNAL_LIMIT,
    "CELLS_LIMIT": console_messages.CELLS_LIMIT,
    "CELL_SOURCE_LIMIT": console_messages.CELL_SOURCE_LIMIT,
    "CELL_OUTPUTS_LIMIT": console_messages.CELL_OUTPUTS_LIMIT,
    "CELL_ACTIONS_LIMIT": console_messages.CELL_ACTIONS_LIMIT,
    "NOTEBOOK_LIMIT": console_messages.NOTEBOOK_LIMIT,
    "TITLE_LIMIT": invitation_messages.TITLE_LIMIT,
    "INVITATION_LIMIT": invitation_messages.INVITATION_LIMIT,
    "FRAME_HEADER": blocks.HEADER.size,
    "FRAME_LIMIT": blocks.FRAME_LIMIT,
    "INITIAL_CREDIT": blocks.INITIAL_CREDIT,
    "RELAY_LIMIT": blocks.RELAY_LIMIT,
    "STREAM_LIMIT": blocks.STREAM_LIMIT,
}
# TypeScript has a Map, a Range and a Set of its own; operators and dependencies get a name that says what they are.
_SUFFIXES = {operators.__name__: "Operator", dependency.__name__: "Dependency", finish.__name__: "Finish"}

_HEAD = """\
// Written by `python -m tabswarm.wire.typescript` from src/tabswarm/wire/messages.py and blocks.py; do not edit.
// biome-ignore-all format: generated
// biome-ignore-all lint: generated
"""


def generate() -> str:
    """The whole of web/src/wire/messages.ts; equal Structs give equal text."""
    found = _Found()
    for union in _UNIONS.values():
        found.visit(types.type_info(union))
    for root in (*_ROOTS, *_ENUMS):
        found.visit(types.type_info(root))
    parts = [_HEAD]
    parts.append("".join(f"export const {name} = {value};\n" for name, value in _CONSTANTS.items()))
    parts += [_enum(cls) for cls in found.enums]
    parts += [_struct(struct) for struct in found.structs]
    parts += [f"export type {name} ={_join(_members(union))};\n" for name, union in _UNIONS.items()]
    parts.append(_schema(found))
    return "\n".join(parts)


class _Found:
    """The structs and enums that the messages lead to, each once, in the order in which they are met."""

    def __init__(self) -> None:
        self._structs: dict[str, types.StructType] = {}
        self._enums: dict[str, type[Enum]] = {}

    @property
    def structs(self) -> list[types.StructType]:
        return list(self._structs.values())

    @property
    def enums(self) -> list[type[Enum]]:
        return list(self._enums.values())

    def visit(self, info: types.Type) -> None:
        match info:
            case types.StructType():
                name = _name(info.cls)
                known = self._structs.setdefault(name, info)
                if known.cls is not info.cls:
                    raise ValueError(f"two structs would be called {name} in TypeScript: {known.cls} and {info.cls}")
                if known is info:
                    for field in info.fields:
                        self.visit(field.type)
            case types.EnumType():
                self._enums.setdefault(info.cls.__name__, info.cls)
            case types.UnionType():
                for member in info.types:
                    self.visit(member)
            case types.ListType() | types.VarTupleType():
                self.visit(info.item_type)
            case types.TupleType():
                for item in info.item_types:
                    self.visit(item)
            case types.DictType():
                self.visit(info.key_type)
                self.visit(info.value_type)
            case _:
                pass


def _name(cls: type) -> str:
    tagged = getattr(cls, "__struct_config__", None)
    suffix = _SUFFIXES.get(cls.__module__, "") if tagged is not None and tagged.tag is not None else ""
    return cls.__name__ + suffix


def _members(union: object) -> list[str]:
    return [_name(cls) for cls in get_args(union)]


def _join(members: list[str]) -> str:
    line = " | ".join(members)
    return f" {line}" if len(line) < 100 else "\n" + "\n".join(f"  | {member}" for member in members)


def _type(info: types.Type) -> str:
    """The TypeScript type of a field."""
    match info:
        case types.StructType() | types.EnumType():
            return _name(info.cls)
        case types.IntType() | types.FloatType():
            return "number"
        case types.StrType():
            return "string"
        case types.BoolType():
            return "boolean"
        case types.NoneType():
            return "null"
        case types.BytesType():
            return "Uint8Array"
        case types.ListType() | types.VarTupleType():
            inner = _type(info.item_type)
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case types.TupleType():
            return f"[{', '.join(_type(item) for item in info.item_types)}]"
        case types.DictType():
            return f"Record<{_type(info.key_type)}, {_type(info.value_type)}>"
        case types.UnionType():
            return _union(info)
        case _:
            raise TypeError(f"no TypeScript type for {info}")


def _union(info: types.UnionType) -> str:
    structs = {member.cls for member in info.types if isinstance(member, types.StructType)}
    others = [_type(member) for member in info.types if not isinstance(member, types.StructType)]
    for name, union in _UNIONS.items():
        if structs and structs == set(get_args(union)):
            return " | ".join([name, *others])
    return " | ".join([*sorted(_name(cls) for cls in structs), *others])


class _Field(NamedTuple):
    name: str
    type: types.Type
    optional: bool
    default: str


def _fields(struct: types.StructType) -> Iterator[_Field]:
    omitted = struct.cls.__struct_config__.omit_defaults
    for field in struct.fields:
        known = field.default is not msgspec.NODEFAULT
        text = json.dumps(msgspec.to_builtins(field.default)) if known else ""
        yield _Field(field.encode_name, field.type, omitted and (known or not field.required), text)


def _comment(cls: type, indent: str = "") -> str:
    text = inspect.getdoc(cls) or ""
    text = text.split("\n\n>>>")[0].strip()
    if not text:
        return ""
    lines = text.splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _struct(struct: types.StructType) -> str:
    fields = list(_fields(struct))
    head = _comment(struct.cls)
    if struct.array_like:
        items = [f"{field.name}: {_type(field.type)}" for field in fields]
        if struct.tag is not None:
            items.insert(0, f"tag: {json.dumps(struct.tag)}")
        return f"{head}export type {_name(struct.cls)} = [{', '.join(items)}];\n"
    lines = [] if struct.tag is None else [f"{struct.tag_field}: {json.dumps(struct.tag)};"]
    for field in fields:
        mark = "?" if field.optional else ""
        said = f" // {field.default}" if field.optional and field.default else ""
        lines.append(f"{field.name}{mark}: {_type(field.type)};{said}")
    return f"{head}export interface {_name(struct.cls)} {{\n" + textwrap.indent("\n".join(lines), "  ") + "\n}\n"


def _enum(cls: type[Enum]) -> str:
    values = [member.value for member in cls]
    if all(isinstance(value, str) for value in values):
        return f"{_comment(cls)}export type {cls.__name__} = {' | '.join(json.dumps(value) for value in values)};\n"
    items = ", ".join(f"{member.name}: {member.value}" for member in cls)
    return (
        f"{_comment(cls)}export const {cls.__name__} = {{ {items} }} as const;\n"
        f"export type {cls.__name__} = (typeof {cls.__name__})[keyof typeof {cls.__name__}];\n"
    )


def _shape(info: types.Type) -> object:
    """A type as data: a word for a plain one, else `[word, ...]`; structs and enums by name."""
    match info:
        case types.StructType():
            return ["struct", _name(info.cls)]
        case types.EnumType():
            return ["enum", *(member.value for member in info.cls)]
        case types.IntType():
            return "int"
        case types.FloatType():
            return "float"
        case types.StrType():
            return "str"
        case types.BoolType():
            return "bool"
        case types.NoneType():
            return "none"
        case types.BytesType():
            return "bytes"
        case types.ListType() | types.VarTupleType():
            return ["list", _shape(info.item_type)]
        case types.TupleType():
            return ["tuple", *(_shape(item) for item in info.item_types)]
        case types.DictType():
            return ["dict", _shape(info.key_type), _shape(info.value_type)]
        case types.UnionType():
            return ["union", *(_shape(member) for member in info.types)]
        case _:
            raise TypeError(f"no shape for {info}")


def _schema(found: _Found) -> str:
    lines = [
        "/** A type as data: a word for a plain one, else a word and what it is made of. */",
        "export type Shape = string | readonly [string, ...unknown[]];",
        "/** A struct as data: its tag (null: none), the field the tag stands in (null: first item), its fields as",
        " * [name, shape, may be missing]. Of an array_like struct the fields are the items, in order. */",
        "export interface StructShape {",
        "  readonly array: boolean;",
        "  readonly tagField: string | null;",
        "  readonly tag: string | number | null;",
        "  readonly fields: readonly (readonly [name: string, shape: Shape, optional: boolean])[];",
        "}",
        "export const schema: Readonly<Record<string, StructShape>> = {",
    ]
    for struct in found.structs:
        fields = [
            [field.encode_name, _shape(field.type), field.default is not msgspec.NODEFAULT or not field.required]
            for field in struct.fields
        ]
        shape = {
            "array": struct.array_like,
            "tagField": None if struct.array_like else struct.tag_field,
            "tag": struct.tag,
            "fields": fields,
        }
        lines.append(f"  {_name(struct.cls)}: {json.dumps(shape)},")
    lines += ["};", "/** The structs of each direction. */", "export const directions = {"]
    for name in _DIRECTIONS:
        lines.append(f"  {name}: {json.dumps(_members(_UNIONS[name]))},")
    return "\n".join([*lines, "} as const;"]) + "\n"


def main() -> None:
    """Write the file in the checkout that this package lies in (or where the first argument says)."""
    default = Path(__file__).resolve().parents[3] / "web" / "src" / "wire" / "messages.ts"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(generate(), encoding="utf-8")


if __name__ == "__main__":
    main()
