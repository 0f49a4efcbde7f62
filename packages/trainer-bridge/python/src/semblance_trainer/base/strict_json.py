"""JSON objects as frozen dataclasses: unknown keys and wrong types are refused by name."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from typing import Any, Literal, TypeVar

from semblance_trainer.base.errors import TrainerError

__all__ = ["camel_case", "parse_strictly", "refuse"]

T = TypeVar("T")


def camel_case(name: str) -> str:
    """Return `batch_size` as `batchSize`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def refuse(path: str, expected: str, found: object) -> TrainerError:
    """Return the error for a value that is not what was expected at `path`."""
    return TrainerError("CONFIG", f"{path}: expected {expected}, found {found!r}")


def parse_strictly(kind: type[T], value: object, path: str) -> T:
    """Return `value`, an object with camelCase keys, as the frozen dataclass `kind`.

    Raises TrainerError CONFIG on unknown or missing keys and on values of another type; `path`
    is where the object stands.
    """
    if not isinstance(value, dict):
        raise refuse(path, "an object", value)
    fields = {camel_case(item.name): item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(value) - set(fields))
    if unknown:
        known = ", ".join(sorted(fields))
        raise TrainerError(
            "CONFIG", f"{path}: unknown key {unknown[0]!r}", f"known keys are {known}"
        )
    hints = typing.get_type_hints(kind)
    arguments: dict[str, Any] = {}
    for key, item in fields.items():
        if key in value:
            arguments[item.name] = _convert(hints[item.name], value[key], f"{path}.{key}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise TrainerError("CONFIG", f"{path}.{key}: missing")
    return kind(**arguments)


def _convert(hint: Any, value: object, path: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(typing.get_args(hint), value, path)
    if origin is Literal:
        if value not in typing.get_args(hint):
            raise refuse(path, f"one of {', '.join(map(repr, typing.get_args(hint)))}", value)
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise refuse(path, "a list", value)
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, item, f"{path}[{i}]") for i, item in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return parse_strictly(typing.cast("type[Any]", hint), value, path)
    return _convert_plain(hint, value, path)


def _convert_union(options: tuple[Any, ...], value: object, path: str) -> Any:
    if value is None and type(None) in options:
        return None
    others = [option for option in options if option is not type(None)]
    if len(others) == 1:
        return _convert(others[0], value, path)
    for option in others:
        try:
            return _convert(option, value, path)
        except TrainerError:
            continue
    raise refuse(path, "a number or 'auto'", value)


def _convert_plain(hint: Any, value: object, path: str) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is float and number and math.isfinite(typing.cast("float", value)):
        return float(typing.cast("float", value))
    if hint is int and number and float(typing.cast("float", value)).is_integer():
        return int(typing.cast("float", value))
    if hint in (bool, str) and isinstance(value, hint):
        return value
    names = {float: "a number", int: "a whole number", bool: "true or false", str: "a string"}
    raise refuse(path, names[hint], value)
