# SPDX-License-Identifier: MIT
"""The tools that are measured, and how each is started: all that anybody here knows of them.

A Tool runs an app of some kind (apps.py) and is to restart it; a Tracer runs a command to its end.
Bare is one of each. What cannot be found has a reason instead.
"""

import dataclasses
import os
import re
import shutil
import subprocess
import typing

from followed import launched

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "../.."))
BUILD = os.path.join(ROOT, "build")
NPM = os.path.join(BUILD, "peers")
AUTORELOAD_RUN = launched.AUTORELOAD_RUN
PATH = launched.own_environment("/")["PATH"]
PYTHON = "/usr/bin/python3"  # for which Debian's packages are: the first on the PATH may be another
INSTALL_LIMIT_S = 300
ASK_LIMIT_S = 20

# How each kind of app is run without any reloader.
BARE = {
    "python": [PYTHON, "app.py"],
    "node": ["node", "app.js"],
    "flask": [PYTHON, "-m", "flask", "--app", "app", "--debug", "run", "--no-reload"],
    "django": [PYTHON, "manage.py", "runserver", "--noreload"],
}
PLAIN = ("python", "node")


def at_port(kind, command, port):
    """Frameworks are told their port; others' apps find it in their environment."""
    if kind == "flask":
        return [*command, "--port", str(port)]
    return [*command, f"127.0.0.1:{port}"] if kind == "django" else command


# --- how the tools are found ---


def module(name):
    """Whether Debian's Python has it."""
    asked = subprocess.run([PYTHON, "-c", f"import {name}"], stdin=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=ASK_LIMIT_S, check=False)
    return asked.returncode == 0


def program(name):
    return lambda: shutil.which(name, path=PATH) is not None


def python_module(name):
    return lambda: os.access(PYTHON, os.X_OK) and module(name)


def of_npm(name):
    return lambda: os.access(npm_program(name), os.X_OK)


def npm_program(name):
    return os.path.join(NPM, "node_modules/.bin", name)


def node_that_watches():
    """node --watch came with Node 18.11."""
    if shutil.which("node", path=PATH) is None:
        return False
    said = subprocess.run(["node", "--help"], capture_output=True, text=True, timeout=ASK_LIMIT_S,
                          stdin=subprocess.DEVNULL, check=False)
    return "--watch" in said.stdout


def node():
    return shutil.which("node", path=PATH) is not None


def always():
    return True


@dataclasses.dataclass
class Tool:
    """command: kind -> its command line; worker: the environment variable that marks the process
    which serves, where the one that watches runs the app's modules as well."""

    name: str
    kinds: tuple
    command: typing.Callable
    find: typing.Callable = always
    source: str = ""
    version: tuple = ()
    worker: str = ""


@dataclasses.dataclass
class Tracer:
    """What stands before the command, its environment, and whether it stays when that has ended;
    then, what stands before a command with which it is to end."""

    name: str
    before: tuple = ()
    once: tuple = ()
    environment: dict = dataclasses.field(default_factory=dict)
    stays: bool = False
    find: typing.Callable = always
    source: str = ""
    version: tuple = ()
    slow: bool = False


def listed(kind):
    """entr(1) is told which files; the list is made when it starts."""
    pattern = "*.js" if kind == "node" else "*.py"
    return ["bash", "-c", 'exec entr -n -r "$@" < <(find . -name "$0")', pattern, *BARE[kind]]


def by_watchmedo(kind):
    pattern = "*.js" if kind == "node" else "*.py"
    return ["watchmedo", "auto-restart", "--directory", ".", "--patterns", pattern, "--recursive",
            "--signal", "SIGTERM", "--", *BARE[kind]]


TOOLS = [
    Tool("bare", tuple(BARE), lambda kind: BARE[kind]),
    Tool("autoreload-run", tuple(BARE), lambda kind: [AUTORELOAD_RUN, "-q", *BARE[kind]],
         program(AUTORELOAD_RUN), "make", (AUTORELOAD_RUN, "--version")),
    Tool("entr", PLAIN, listed, program("entr"), "Debian: entr",
         ("dpkg-query", "-W", "-f", "${Version}", "entr")),
    Tool("watchmedo", PLAIN, by_watchmedo, program("watchmedo"), "Debian: python3-watchdog",
         ("watchmedo", "--version")),
    Tool("hupper", ("python",), lambda _: ["hupper3", "-q", "-m", "app"], program("hupper3"),
         "Debian: python3-hupper", ("dpkg-query", "-W", "-f", "${Version}", "python3-hupper")),
    Tool("nodemon", ("node",), lambda _: [npm_program("nodemon"), "-q", "app.js"], of_npm("nodemon"),
         "npm: nodemon", (npm_program("nodemon"), "--version")),
    Tool("node --watch", ("node",), lambda _: ["node", "--watch", "app.js"], node_that_watches,
         "Debian: nodejs", ("node", "--version")),
    Tool("Flask's own", ("flask",),
         lambda _: [PYTHON, "-m", "flask", "--app", "app", "--debug", "run"],
         python_module("flask"), "Debian: python3-flask",
         (PYTHON, "-c", "from importlib.metadata import version as v; print(v('flask'))"),
         "WERKZEUG_RUN_MAIN"),
    Tool("Django's own", ("django",), lambda _: [PYTHON, "manage.py", "runserver"],
         python_module("django"), "Debian: python3-django",
         (PYTHON, "-m", "django", "--version"), "RUN_MAIN"),
]
# What runs an app of the kind at all, whatever the tool.
NEEDED = {"python": program(PYTHON), "node": node, "flask": python_module("flask"),
          "django": python_module("django")}

STRACE = ("strace", "-f", "-qq", "-e", "trace=%file", "-o", "/dev/null")
TRACERS = [
    Tracer("bare"),
    Tracer("ours", (AUTORELOAD_RUN,), (AUTORELOAD_RUN, "--on-exit", "stop"), stays=True,
           find=program(AUTORELOAD_RUN), source="make"),
    Tracer("trace", (AUTORELOAD_RUN, "--trace", "-o", "/dev/null"), find=program(AUTORELOAD_RUN),
           source="make"),
    Tracer("library", (os.path.join(BUILD, "drain"),), find=program(os.path.join(BUILD, "drain")),
           source="make bench-programs"),
    Tracer("empty", environment={"LD_PRELOAD": os.path.join(BUILD, "empty.so")},
           find=lambda: os.path.exists(os.path.join(BUILD, "empty.so")), source="make bench-programs"),
    Tracer("fakeroot", ("fakeroot", "--"), find=program("fakeroot"), source="Debian: fakeroot",
           version=("fakeroot", "--version")),
    Tracer("strace", STRACE, find=program("strace"), source="Debian: strace",
           version=("strace", "--version"), slow=True),
    Tracer("strace --seccomp-bpf", (*STRACE, "--seccomp-bpf"), find=program("strace"),
           source="Debian: strace", slow=True),
]


# --- which of them there are ---


def run_quietly(command):
    """Whether it worked; what it says is for the user, should it not."""
    try:
        said = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=INSTALL_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}")
        return
    if said.returncode != 0:
        print(f"{os.path.basename(command[0])}: " + " ".join(said.stdout.split()[-30:]))


def install():
    """As far as it can be done: what is not there afterwards is not measured."""
    run_quietly([os.path.join(ROOT, "scripts/install-dependencies"), "bench"])
    if not of_npm("nodemon")() and shutil.which("npm", path=PATH):
        os.makedirs(NPM, exist_ok=True)
        run_quietly(["npm", "install", "--prefix", NPM, "--no-save", "--no-audit", "--no-fund",
                     "nodemon"])


def version(tool):
    if not tool.version:
        return ""
    try:
        said = subprocess.run(tool.version, capture_output=True, text=True, timeout=ASK_LIMIT_S,
                              stdin=subprocess.DEVNULL, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    number = re.search(r"\d+(\.\d+)+\S*", said)
    return number.group() if number else said.strip()


def chosen(tools, names):
    """Those that were asked for and are there; and the others that were asked for -> whence."""
    wanted = [tool for tool in tools if not names or tool.name in names or tool.name == "bare"]
    found = [tool for tool in wanted if tool.find()]
    return found, {tool.name: tool.source for tool in wanted if tool not in found}


def pairs(tools, frameworks="own"):
    """(tool, kind), for all kinds that a tool drives and that can run here. Apps of frameworks:
    all; under their own reloaders only (own); or under these and bare (bare)."""
    runs = [kind for kind, there in NEEDED.items() if there()]

    def wanted(tool, kind):
        others = frameworks == "all" or (frameworks == "bare" and tool.name == "bare")
        return kind in runs and (kind in PLAIN or others or tool.kinds == (kind,))

    return [(tool, kind) for kind in BARE for tool in tools if kind in tool.kinds
            and wanted(tool, kind)]
