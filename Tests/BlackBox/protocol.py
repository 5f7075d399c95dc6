"""The protocol as docs/protocol.schema.json has it: every message that a test reads is checked."""

import functools
import json

from jsonschema import Draft202012Validator

from hub import ROOT

DEFINED = json.loads((ROOT / "docs/protocol.schema.json").read_text())["$defs"]


def resolved(schema):
    """A schema with what it refers to in place, which is checked several times as fast."""
    if isinstance(schema, list):
        return [resolved(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    target = schema.get("$ref", "").removeprefix("#/$defs/")
    rest = {name: resolved(part) for name, part in schema.items() if name != "$ref"}
    return resolved(DEFINED[target]) | rest if target else rest


@functools.cache
def validator(name):
    """Of one definition, such as `hub_ack`."""
    return Draft202012Validator(resolved(DEFINED[name]))


def read(text):
    """The JSON of a message from the hub, which must be one of the protocol."""
    frame = json.loads(text)
    name = f"hub_{frame['type']}"
    assert name in DEFINED, frame
    error = next(validator(name).iter_errors(frame), None)
    assert error is None, f"{frame} is no {name}: {error and error.message}"
    return frame
