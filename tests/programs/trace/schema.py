# SPDX-License-Identifier: MIT
"""Reads a trace in JSON Lines from stdin, and fails where a line is not as schema 1 has it.

Prints each fact's path, or the other way of saying it, as bytes with a NUL behind.
"""

import base64
import json
import sys

FACTS = "read write missing stat list exec load rename link remove mkdir".split()
ALWAYS = {"schema", "fact", "pid", "parent", "program", "time"}
HOWS = {
    "write": {"created", "truncated", "appended", "updated", "touched"},
    "stat": {"readlink", "resolved"},
    "missing": {"PATH"},
    "exec": {"interpreter"},
}


def as_bytes(value):
    """Text, or {"bytes": base64} for what is not UTF-8, and for nothing else."""
    if isinstance(value, str):
        return value.encode()
    assert set(value) == {"bytes"}, value
    data = base64.b64decode(value["bytes"], validate=True)
    try:
        data.decode()
    except UnicodeDecodeError:
        return data
    raise AssertionError(f"is UTF-8: {data}")


def path_of(fact):
    assert ("path" in fact) != ("bytes" in fact), fact
    return as_bytes(fact["path"] if "path" in fact else {"bytes": fact["bytes"]})


def look_at_numbers(fact):
    assert fact["schema"] == 1 and type(fact["schema"]) is int
    assert type(fact["pid"]) is int and fact["pid"] > 0
    assert type(fact["parent"]) is int and fact["parent"] >= 0
    assert type(fact["time"]) in (int, float) and fact["time"] >= 0
    assert ("errno" in fact) == ("error" in fact), fact
    if "errno" in fact:
        assert type(fact["errno"]) is int and fact["errno"] > 0
        assert isinstance(fact["error"], str) and fact["error"]


def look_at_words(fact):
    kind = fact["fact"]
    assert kind in FACTS, fact
    assert isinstance(fact["program"], str) and "/" not in fact["program"], fact
    if "how" in fact:
        assert fact["how"] in HOWS.get(kind, ()), fact
    assert ("to" in fact) == (kind in ("rename", "link")), fact
    if kind in ("rename", "link"):
        as_bytes(fact["to"])
    if kind == "exec" and fact.get("how") != "interpreter":
        assert isinstance(fact["argv"], list), fact
    assert kind == "exec" or not {"argv", "unobserved"} & set(fact), fact
    for word in fact.get("argv", ()):
        as_bytes(word)


def main():
    optional = {"path", "bytes", "how", "to", "argv", "errno", "error", "unobserved"}
    for line in sys.stdin.buffer:
        fact = json.loads(line.decode("utf-8", errors="strict"))
        assert line.endswith(b"}\n"), line
        assert ALWAYS <= set(fact) <= ALWAYS | optional, fact
        look_at_numbers(fact)
        look_at_words(fact)
        path = path_of(fact)
        assert path.startswith(b"/") or fact.get("how") == "PATH", fact
        sys.stdout.buffer.write(path + b"\0")


main()
