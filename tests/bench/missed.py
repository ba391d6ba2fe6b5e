# SPDX-License-Identifier: MIT
"""How many saves are missed that come at a random moment of a start-up.

A first save has the tool restart the app, and at a random moment, from when the old process has
ended to one and a half times the app's bare start-up later, comes a second one. Unless a process
that runs has read that within 10 s, it is missed; a first one that leads to nothing within 5 s,
although the app had been up for half a second, is counted as missed at rest. A tool that has ended
is started anew. Four tools at a time: what is counted does not hang on how fast they are.
"""

import os
import random
import statistics
import time

import apps
import peers
import session
from results import Collected, tell, together

MODULES = 50
LIMIT_S = 10
AT_REST_S = 5
REST_S = 0.5
WIDTH = 4


def runs_with(app, word):
    """Whether the process that runs has read it."""
    return (app.reports and app.reports[-1].word == word
            and os.path.exists(f"/proc/{app.reports[-1].pid}"))


def has_ended(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def one_edit(app, number, start_s):
    """"" or what was missed, and when in the start it was saved, in ms."""
    known, old = len(app.reports), app.app()
    app.project.save(f"{number}a")
    end = time.monotonic() + AT_REST_S
    while not has_ended(old) and len(app.reports) == known and time.monotonic() < end:
        app.settle(0.001)
    if not has_ended(old) and len(app.reports) == known:
        return "at rest", None
    moment = random.uniform(0, 1.5 * start_s)
    app.settle(moment)
    app.project.save(f"{number}b")
    came = app.wait_until(lambda: runs_with(app, f"{number}b") or app.is_dead(), LIMIT_S)
    return "" if came and runs_with(app, f"{number}b") else "missed", moment * 1e3


def edits(app, found, numbers, start_s):
    """Until none is left or the tool is dead."""
    for number in numbers:
        app.settle(REST_S)
        if app.is_dead():
            return
        result, moment = one_edit(app, number, start_s)
        found.add(app.tool, app.project.kind, edits={"result": result, "moment_ms": moment})


def one_tool(arguments, found, tool, kind, new_home):
    runs = arguments.runs(40, 3)
    home = new_home()
    project = apps.Project(os.path.join(home, "project"), kind, modules=MODULES)
    try:
        session.bare_start_ms(kind, project, home)  # byte code, caches
        start_s = statistics.median(
            session.bare_start_ms(kind, project, home)[1] for _ in range(3)) / 1e3
        numbers = iter(range(runs))
        for _ in range(runs):
            with session.started(tool, kind, new_home, modules=MODULES) as app:
                edits(app, found, numbers, start_s)
                if len(found.of(tool, kind).get("edits", [])) >= runs:
                    return
                found.add(tool, kind, ended=app.last_said())
    except session.Failed as why:
        found.fail(tool, kind, why)


def row(found, tool, kind):
    values = found.of(tool, kind)
    results = [edit["result"] for edit in values.get("edits", [])]
    return [f"{kind}, {tool.name}", len(results), results.count("missed"),
            results.count("at rest"), len(values.get("ended", []))]


def measure(arguments, new_home):
    found = Collected()
    pairs = [pair for pair in peers.pairs(arguments.tools) if pair[0].name != "bare"]
    together(WIDTH + arguments.hurry - 1,
             lambda pair: one_tool(arguments, found, *pair, new_home), pairs)
    tell("Saves at a random moment of a start-up", ["", "saves", "missed", "missed at rest",
                                                    "tool ended"],
         [row(found, tool, kind) for tool, kind in pairs])
    found.tell_failed()
    return found.record()
