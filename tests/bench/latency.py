# SPDX-License-Identifier: MIT
"""From the end of a save to the new process's first instruction, beside the app's bare start-up.

Every tool is started in every round for each kind of save, of which it gets three, more than a second
after the app came up: those who look once a second notice nothing before, and are met at any moment.
"""

import os
import random
import statistics

import apps
import peers
import session
from results import Collected, rotated, tell, text_of, together

RUNS_A_ROUND = 3
LIMIT_S = 5
REST_S = (1.1, 2.1)
KINDS = {"by rename": True, "in place": False}


def one_save(app, word, atomic):
    """In ms, or None if no process has come up with it."""
    known = len(app.reports)
    saved = app.project.save(word, atomic)
    report = app.wait_for(word, LIMIT_S, known)
    return (report.began_ns - saved) / 1e6 if report else None


def saves(app, found, how, runs, number):
    for run in range(runs):
        app.settle(random.uniform(*REST_S))
        if app.is_dead():
            raise session.Failed(f"has ended: {app.last_said()}")
        took = one_save(app, f"{number}.{run}", KINDS[how])
        found.add(app.tool, app.project.kind, saves={"round": number, "how": how, "ms": took})


def bare_starts(found, tool, kind, new_home, runs, number):
    home = new_home()
    project = apps.Project(os.path.join(home, "project"), kind)
    session.bare_start_ms(kind, project, home)  # byte code, caches
    for run in range(runs):
        project.save(f"{number}.{run}")  # which has to be compiled, as it has after any save
        found.add(tool, kind, starts={"round": number,
                                      "ms": session.bare_start_ms(kind, project, home)[0]})


def one_turn(arguments, found, tool, kind, new_home, number):
    runs = 1 if arguments.quick else RUNS_A_ROUND
    try:
        if tool.name == "bare":
            bare_starts(found, tool, kind, new_home, runs * len(KINDS), number)
            return
        # Each kind by itself: to some tools, a file that was replaced is lost for good.
        for how in KINDS:
            with session.started(tool, kind, new_home) as app:
                saves(app, found, how, runs, number)
    except session.Failed as why:
        found.fail(tool, kind, why)


def missed_of(saves_made, how):
    of_kind = [save["ms"] for save in saves_made if save["how"] == how]
    return f"{of_kind.count(None)} of {len(of_kind)} {how}" if None in of_kind else ""


def row(found, tool, kind):
    """Differences and ratios are to the bare start-ups of the same round."""
    starts = found.of(peers.TOOLS[0], kind).get("starts", [])
    if tool.name == "bare":
        return [f"{kind}, bare start-up", text_of([start["ms"] for start in starts]), *[""] * 4]
    every = found.of(tool, kind).get("saves", [])
    known = [save for save in every if save["ms"] is not None]
    bare = {number: statistics.median(start["ms"] for start in starts if start["round"] == number)
            for number in {start["round"] for start in starts}}
    pairs = [(save["ms"], bare[save["round"]]) for save in known if save["round"] in bare]
    return [f"{kind}, {tool.name}",
            *(text_of([save["ms"] for save in known if save["how"] == how]) for how in KINDS),
            text_of([took - start for took, start in pairs]),
            text_of([took / start for took, start in pairs], 2),
            ", ".join(filter(None, (missed_of(every, how) for how in KINDS)))]


def measure(arguments, new_home):
    found, pairs = Collected(), peers.pairs(arguments.tools, "all")
    for number in range(arguments.runs(2, 1)):
        def turn(pair, of_round=number):
            one_turn(arguments, found, *pair, new_home, of_round)

        together(arguments.hurry, turn, rotated(pairs, number))
    tell("From a save to the new process's first instruction, ms",
         ["", *(f"saved {how}" for how in KINDS), "more than bare", "times bare", "missed"],
         [row(found, tool, kind) for tool, kind in pairs])
    found.tell_failed()
    return found.record()
