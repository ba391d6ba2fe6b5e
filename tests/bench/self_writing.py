# SPDX-License-Identifier: MIT
"""Restarts of programs that write what they read, while nobody edits: there must be none."""

import json
import os
import subprocess
import time

import followed
from followed import write

UP_S = 10  # for the restart that a real save leads to

STATE = """import json, os, time
open('word').read()
state = json.load(open('state.json'))
state['runs'] += 1
with open('state.json', 'w') as file: json.dump(state, file)
while True:
    time.sleep(0.5)
    state = json.load(open('state.json'))
    state['ticks'] = state.get('ticks', 0) + 1
    with open('state.json.new', 'w') as file: json.dump(state, file)
    os.replace('state.json.new', 'state.json')
"""
DATABASE = """import sqlite3, time
open('word').read()
while True:
    db = sqlite3.connect('db')
    db.execute('pragma journal_mode = %s')
    db.execute('create table if not exists t(x)')
    db.execute('select count(*) from t').fetchone()
    db.execute('insert into t values(1)')
    db.commit()
    db.close()
    time.sleep(0.2)
"""
BYTE_CODE = """import compileall, importlib, shutil, subprocess, sys, time
open('word').read()
import shop.prices
while True:
    shutil.rmtree('shop/__pycache__', ignore_errors=True)
    subprocess.run([sys.executable, '-c', 'import shop.prices'], check=True)
    compileall.compile_dir('shop', quiet=1, force=True)
    subprocess.run([sys.executable, '-c', 'import shop.prices'], check=True)
    time.sleep(0.5)
"""
LOG = """cat word >/dev/null; echo begun >>log; tail -f log >/dev/null &
while :; do echo more >>log; grep -c . log >/dev/null; sleep 0.2; done"""
OUTPUT = """cat word; while :; do echo more; cat logs/* >/dev/null; sleep 0.2; done"""
MAKEFILE = """program: main.o words.o
	$(CC) -o $@ $^
main.o words.o: words.h
words.h: word
	sed 's/.*/const char *word(void);/' word >$@
"""
MAIN_C = '#include <stdio.h>\n#include "words.h"\nint main(void) { puts(word()); return 0; }\n'
WORDS_C = '#include "words.h"\nconst char *word(void) { return "built"; }\n'
BUILD = """make -s && while :; do
    rm -f *.o program words.h; make -s && ./program >/dev/null; sleep 2; done"""

PYTHON = ["/usr/bin/python3", "app.py"]
# Name -> the command, our options, and the files besides `word`, which each of them reads.
PROGRAMS = {
    "JSON state": (PYTHON, [], {"app.py": STATE, "state.json": '{"runs": 0}'}),
    "sqlite, journal": (PYTHON, [], {"app.py": DATABASE % "delete"}),
    "sqlite, journal kept": (PYTHON, [], {"app.py": DATABASE % "persist"}),
    "sqlite, write-ahead log": (PYTHON, [], {"app.py": DATABASE % "wal"}),
    "byte code": (PYTHON, [], {"app.py": BYTE_CODE, "shop/prices.py": "A = 1\n",
                               "shop/__init__.py": ""}),
    "a log that is tailed": (["sh", "-c", LOG], [], {}),
    "stdout in a watched folder": (["sh", "-c", OUTPUT], ["--watch", "logs"], {"logs/others": "1\n"}),
    "make, two steps": (["sh", "-c", BUILD], [], {"Makefile": MAKEFILE, "main.c": MAIN_C,
                                                  "words.c": WORDS_C}),
}


class Session:
    def __init__(self, name, home):
        command, options, files = PROGRAMS[name]
        self.name, self.folder = name, os.path.join(home, "project")
        self.events, self.said = os.path.join(home, "events"), os.path.join(home, "said")
        for path, text in {"word": "word\n", **files}.items():
            write(f"{self.folder}/{path}", text)
        logs = f"{self.folder}/logs/out"
        with open(self.said, "wb") as said, \
                open(logs if options else os.devnull, "wb") as output:
            self.process = subprocess.Popen(
                [followed.launched.AUTORELOAD_RUN, "--events", self.events, *options, *command],
                cwd=self.folder, env=followed.launched.own_environment(home),
                stdin=subprocess.DEVNULL, stdout=output, stderr=said)

    def told(self, kind):
        with open(self.events, encoding="utf-8") as file:
            events = [json.loads(line) for line in file if line.endswith("\n")]
        return [event for event in events if event["event"] == kind]

    def restarts(self):
        return len(self.told("started")) - 1

    def save_word(self):
        write(f"{self.folder}/word.new", "other\n")
        os.rename(f"{self.folder}/word.new", f"{self.folder}/word")

    def end(self):
        self.process.terminate()
        self.process.wait()


def measure(arguments, new_home):
    seconds = arguments.runs(30, 3)
    sessions = [Session(name, new_home()) for name in PROGRAMS]
    time.sleep(seconds)
    wasted = [session.restarts() for session in sessions]
    changed = [[os.path.relpath(event["path"], session.folder) for event in session.told("changed")]
               for session in sessions]
    for session in sessions:
        session.save_word()
    deadline = time.monotonic() + UP_S
    while time.monotonic() < deadline and any(
            session.restarts() == before for session, before in zip(sessions, wasted)):
        time.sleep(0.1)
    time.sleep(1)
    print(f"Restarts in {seconds} s, with nobody editing; and then for a real save")
    for session, before, why in zip(sessions, wasted, changed):
        real = session.restarts() - before
        session.end()
        print(f"{session.name:<28}{before:>4}{real:>4}"
              f"{'' if before == 0 and real == 1 else '  OVER ' + ' '.join(why)}", flush=True)
