# SPDX-License-Identifier: MIT
"""The apps that are run: of four kinds, and otherwise as alike as they can be.

Each notes the time with its first instruction, imports its modules, with value.py (or value.js)
between them, and says, in a line each to the FIFO that its environment names, when it begins and
when all is read:

    PROCESS-ID NANOSECONDS WORD     CLOCK_MONOTONIC; nothing at first, and then the word that stands
                                    in value.py, or, if words of all modules are wanted, all that
                                    there are, sorted, with +

Under a framework the first instruction is that of the user's module. What is saved changes its
length, too: CPython takes byte code for current by the second and the size, and a cache is not what is
measured here.
"""

import os
import time

import followed
from followed import write

PER_FOLDER = 50

PYTHON_APP = """import time; began = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
import os
words = set()
def say():
    worker = os.environ.get('BENCH_WORKER')
    if not worker or os.environ.get(worker) == 'true':
        with open(os.environ['BENCH_REPORT'], 'w') as report:
            report.write(f"{os.getpid()} {began} {'+'.join(sorted(words))}\\n")
say()
%(first)simport value; words.add(value.VALUE)
%(second)s
%(end)s"""
PYTHON_WAITS = "say()\nimport signal\nsignal.pause()\n"
PYTHON_SERVES = """import http.server, signal, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header('Content-Length', '2'); self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['BENCH_PORT'])), Handler)
def end(*_):
    server.socket.close()
    time.sleep(%(slow_s)s)
    os._exit(0)
if %(slow_s)s: signal.signal(signal.SIGTERM, end)
say()
server.serve_forever()
"""
FLASK = """from flask import Flask
app = Flask(__name__)
@app.route('/')
def index():
    return 'ok'
say()
"""
DJANGO = """from django.http import HttpResponse
from django.urls import path
urlpatterns = [path('', lambda request: HttpResponse('ok'))]
say()
"""
MANAGE = """import os, sys
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SETTINGS = """DEBUG = True
SECRET_KEY = 'bench'
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'app'
USE_TZ = True
"""
NODE_APP = """const began = process.hrtime.bigint();
const words = new Set();
say();
%(first)swords.add(require('./value').VALUE);
%(second)s
function say() {
  require('fs').writeFileSync(process.env.BENCH_REPORT,
    `${process.pid} ${began} ${[...words].sort().join('+')}\\n`);
}
%(end)s"""
NODE_WAITS = "say();\nsetInterval(() => {}, 1 << 30);\n"
NODE_SERVES = """const server = require('http').createServer((_, answer) => answer.end('ok'));
server.listen(Number(process.env.BENCH_PORT), '127.0.0.1', say);
const slow = %(slow_s)s;
if (slow) process.on('SIGTERM', () => {
  server.close();
  setTimeout(() => process.exit(0), slow * 1000);
});
"""


def python_import(number, all_words):
    name = f"part{number // PER_FOLDER}.module{number}"
    return f"import {name}{f'; words.add({name}.VALUE)' if all_words else ''}\n"


def node_require(number, all_words):
    loaded = f"require('./part{number // PER_FOLDER}/module{number}')"
    return f"words.add({loaded}.VALUE);\n" if all_words else f"{loaded};\n"


class Project:
    """The files of an app, and how they are saved; serves: it answers requests, and SIGTERM after
    so many seconds."""

    def __init__(self, folder, kind, modules=0, all_words=False, serves=False, slow_s=0):
        self.folder, self.kind, self.modules, self.saves = folder, kind, modules, 0
        self.ending = "js" if kind == "node" else "py"
        load = node_require if kind == "node" else python_import
        lines = [load(i, all_words) for i in range(modules)]
        ends = {"python": PYTHON_SERVES if serves else PYTHON_WAITS, "flask": FLASK,
                "django": DJANGO, "node": NODE_SERVES if serves else NODE_WAITS}
        end = ends[kind] % {"slow_s": slow_s} if serves and kind in ("python", "node") else ends[kind]
        app = NODE_APP if kind == "node" else PYTHON_APP
        self.put(f"app.{self.ending}", app % {
            "first": "".join(lines[:modules // 2]), "second": "".join(lines[modules // 2:]),
            "end": end})
        if kind == "django":
            self.put("manage.py", MANAGE)
            self.put("settings.py", SETTINGS)
        for path in self.paths():
            self.put(path, self.text("first"))

    def put(self, path, text):
        write(os.path.join(self.folder, path), text)

    def paths(self):
        """Of all that have a word."""
        modules = [f"part{i // PER_FOLDER}/module{i}.{self.ending}" for i in range(self.modules)]
        return [*modules, f"value.{self.ending}"]

    def text(self, word):
        self.saves += 1
        padding = "." * (self.saves % 61)
        if self.kind == "node":
            return f"exports.VALUE = '{word}'; //{padding}\n"
        return f"VALUE = '{word}'  #{padding}\n"

    def save(self, word, atomic=True):
        """As editors do. Returns when the save was complete, in ns."""
        path = os.path.join(self.folder, f"value.{self.ending}")
        write(f"{path}~" if atomic else path, self.text(word))
        if atomic:
            os.rename(f"{path}~", path)
        return time.monotonic_ns()

    def replace_all(self, word, seconds):
        """Evenly over so many seconds. Returns when the last of them was complete, in ns."""
        text, began, paths = self.text(word), time.monotonic(), self.paths()
        for number, path in enumerate(paths):
            path = os.path.join(self.folder, path)
            write(f"{path}~", text)
            os.rename(f"{path}~", path)
            time.sleep(max(0, began + seconds * number / len(paths) - time.monotonic()))
        return time.monotonic_ns()


def environment(home, fifo, worker, port):
    return {**followed.launched.own_environment(home), "BENCH_REPORT": fifo,
            "BENCH_WORKER": worker, "BENCH_PORT": str(port)}
