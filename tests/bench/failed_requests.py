# SPDX-License-Identifier: MIT
"""How many requests of a client fail, at 100 a second, while a server is restarted 20 times.

A request is a connection of its own; it fails if there is no connection, it is cut off, or no
answer comes within 5 s. The apps of frameworks are served by these; the others end at SIGTERM at once,
or close their socket and take 500 ms. Three tools at a time. After three saves to which no
process came up a tool is given up.
"""

import asyncio
import threading
import time

import peers
import session
from results import Collected, tell, text_of, together

RATE = 100
PAUSE_S = 1
ANSWER_S = 5
START_S = 5
GIVE_UP = 3
WIDTH = 3
ENDS = {"at once": 0, "in 500 ms": 0.5}


class Client:
    """Asks from a thread of its own until it is told to stop; then all that was asked is awaited."""

    def __init__(self, port):
        self.port, self.failed, self.asked = port, 0, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._ask()))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    async def _ask(self):
        loop = asyncio.get_running_loop()
        began, requests = loop.time(), []
        while not self._stop.is_set():
            requests.append(asyncio.create_task(self._request()))
            await asyncio.sleep(max(0, began + len(requests) / RATE - loop.time()))
        await asyncio.gather(*requests)

    async def _request(self):
        self.asked += 1
        try:
            answered = await asyncio.wait_for(self._answer(), ANSWER_S)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            answered = False
        self.failed += not answered

    async def _answer(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()


def restarts(app, client, count):
    """What failed in each, and how often no process with the new content came."""
    failed, missed = [], 0
    for number in range(count):
        if missed == GIVE_UP:
            break
        before, known = client.failed, len(app.reports)
        app.project.save(f"save{number}")
        missed += app.wait_for(f"save{number}", START_S, known) is None
        app.settle(PAUSE_S)
        failed.append(client.failed - before)
    return failed, missed


def demand_service(port):
    """A server that says that it is up may not listen yet."""
    with Client(port) as client:
        for _ in range(100):
            if client.asked > client.failed + 1:
                return
            time.sleep(0.1)
    raise session.Failed("does not answer")


def one_turn(found, tool, kind, how, new_home, count):
    port = session.free_port()
    try:
        with session.started(tool, kind, new_home, port, serves=True, slow_s=ENDS[how]) as app:
            demand_service(port)
            app.settle(PAUSE_S)
            with Client(port) as client:
                failed, missed = restarts(app, client, count)
            found.add(tool, f"{kind}, ends {how}", failed=failed, missed=missed,
                      failed_in_all=client.failed, asked=client.asked, ended=app.is_dead())
    except session.Failed as why:
        found.fail(tool, f"{kind}, ends {how}", why)


def row(found, tool, kind, how):
    values = found.of(tool, f"{kind}, ends {how}")
    if "failed" not in values:
        return [f"{kind}, ends {how}, {tool.name}", *["-"] * 6]
    return [f"{kind}, ends {how}, {tool.name}", len(values["failed"][0]), values["asked"][0],
            values["failed_in_all"][0], text_of(values["failed"][0], 0),
            values["missed"][0] or "", "yes" if values["ended"][0] else ""]


def measure(arguments, new_home):
    found, count = Collected(), arguments.runs(20, 3)
    turns = [(tool, kind, how) for tool, kind in peers.pairs(arguments.tools)
             for how in (ENDS if kind in peers.PLAIN else ["at once"]) if tool.name != "bare"]
    together(WIDTH + arguments.hurry - 1, lambda turn: one_turn(found, *turn, new_home, count), turns)
    tell(f"Requests at {RATE}/s over {count} restarts",
         ["", "saves", "asked", "failed", "in each restart", "never up", "tool ended"],
         [row(found, *turn) for turn in turns])
    found.tell_failed()
    return found.record()
