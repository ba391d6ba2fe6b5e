# SPDX-License-Identifier: MIT
"""The commands by which tracing is measured: each makes its files in the working folder."""

import os
import subprocess
import time

from peers import BUILD, PYTHON

OPEN_FILES = os.path.join(BUILD, "open-files")
FILES = 100_000
MODULES = {"python": 1000, "node": 2000, "ruby": 500}
PER_FOLDER = 50

# A module of a few hundred bytes, as people write them; %d is its number.
REALISTIC = {
    "python": '''"""Prices of part %(i)d."""

import math
from collections import namedtuple

Line = namedtuple("Line", "name count price")


class Basket%(i)d:
    """Collects lines."""

    def __init__(self, rate=0.19):
        self.rate = rate
        self.lines = []

    def add(self, name, count, price):
        self.lines.append(Line(name, count, price))

    def total(self):
        net = sum(line.count * line.price for line in self.lines)
        return math.ceil(net * (1 + self.rate))
''',
    "node": """'use strict';
const path = require('path');

class Basket%(i)d {
  constructor(rate = 0.19) {
    this.rate = rate;
    this.lines = [];
  }
  add(name, count, price) {
    this.lines.push({ name: path.basename(name), count, price });
  }
  total() {
    const net = this.lines.reduce((sum, line) => sum + line.count * line.price, 0);
    return Math.ceil(net * (1 + this.rate));
  }
}

module.exports = { Basket%(i)d };
""",
    "ruby": """# Prices of part %(i)d.
class Basket%(i)d
  Line = Struct.new(:name, :count, :price)

  def initialize(rate = 0.19)
    @rate = rate
    @lines = []
  end

  def add(name, count, price)
    @lines << Line.new(name, count, price)
  end

  def total
    net = @lines.sum { |line| line.count * line.price }
    (net * (1 + @rate)).ceil
  end
end
""",
}
TINY = {
    "python": "VALUE = %(i)d\n",
    "node": "module.exports = %(i)d;\n",
    "ruby": "VALUE%(i)d = %(i)d\n",
}

C_SOURCE = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "part.h"

int part%(i)d(const char *text)
{
	size_t sum = %(i)d;

	for (const char *at = text; *at != '\\0'; at++) {
		sum = sum * 31 + (size_t)*at;
	}
	if (sum == strlen(text)) {
		printf("%%s\\n", text);
		exit(1);
	}
	return (int)(sum %% 1000);
}
"""
C_FILES = 30


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    # Byte code that is as new as its source is not taken for sure.
    os.utime(path, (time.time() - 3600,) * 2)


# --- the cases: each makes its files in the working folder, and gives a command by its scale ---


def reopen(path):
    def make():
        write("data.txt", "something\n")
        name = os.path.abspath(path) if path.startswith("./") else path
        return lambda scale: [OPEN_FILES, "again", name, str(round(1_000_000 * scale))]

    return make


def distinct():
    for i in range(FILES):
        if i % 1000 == 0:
            os.makedirs(f"files/{i // 1000:03}")
        with open(f"files/{i // 1000:03}/{i % 1000:03}", "wb"):
            pass
    folder = os.path.abspath("files")
    return lambda scale: [OPEN_FILES, "each", folder, str(round(FILES * scale))]


LANGUAGES = {
    "python": ([PYTHON], "py", "part%d.module%d", "import %s\n"),
    "node": (["node"], "js", "./part%d/module%d", "require('%s');\n"),
    "ruby": (["ruby"], "rb", "part%d/module%d", "require_relative '%s'\n"),
}


def modules(language, texts):
    def make():
        start, ending, name, load = LANGUAGES[language]
        main = []
        for i in range(MODULES[language]):
            part = i // PER_FOLDER
            write(f"part{part}/module{i}.{ending}", texts[language] % {"i": i})
            main.append(load % (name % (part, i)))
            if language == "python" and i % PER_FOLDER == 0:
                write(f"part{part}/__init__.py", "")
        write(f"main.{ending}", "".join(main))
        return lambda scale: [*start, f"main.{ending}"]

    return make


def build_c():
    declarations = "".join(f"int part{i}(const char *text);\n" for i in range(C_FILES))
    calls = " + ".join(f"part{i}(argv[0])" for i in range(C_FILES))
    write("part.h", declarations)
    write("main.c", f'#include "part.h"\nint main(int argc, char *argv[])\n'
          f"{{\n\treturn argc > 1 ? {calls} : 0;\n}}\n")
    for i in range(C_FILES):
        write(f"part{i}.c", C_SOURCE % {"i": i})
    write("Makefile", "CFLAGS := -O1\nprogram: $(patsubst %.c,%.o,$(wildcard *.c))\n"
          "\t$(CC) -o $@ $^\n%.o: %.c part.h\n\t$(CC) $(CFLAGS) -c -o $@ $<\n")
    return lambda scale: ["make", "-s"]


def unbuild():
    for name in os.listdir("."):
        if name.endswith(".o") or name == "program":
            os.remove(name)


def git_status():
    for folder in range(30):
        for number in range(50):
            write(f"folder{folder}/file{number}", f"{folder} {number}\n")
    for words in (["init", "-q"], ["add", "."],
                  ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], check=True, stdin=subprocess.DEVNULL)
    return lambda scale: ["git", "status", "--short"]


def processes():
    script = "i=0; while [ $i -lt %d ]; do /bin/true; i=$((i+1)); done"
    return lambda scale: ["sh", "-c", script % round(1000 * scale)]


class Case:
    """What is run, what is done before each run, how much of it slow tracers are given; the parts of a
    round are that share of the whole (slice), or each all of it."""

    def __init__(self, make, what, slow_scale=1.0, before=None, parts=1, sliced=False):
        self.make, self.what, self.slow_scale, self.before = make, what, slow_scale, before
        self.parts, self.slice = parts, 1 / parts if sliced else 1.0


# The smallest of those that differ in kind.
QUICK = ("reopen-relative", "distinct", "python", "node", "make", "processes")
CASES = {
    "reopen-absolute": Case(reopen("./data.txt"), "1,000,000 times the same file", 0.005,
                            parts=4, sliced=True),
    "reopen-relative": Case(reopen("data.txt"), "1,000,000 times the same file", 0.005,
                            parts=4, sliced=True),
    "distinct": Case(distinct, "100,000 files, once each", 0.1, parts=3),
    "python-tiny": Case(modules("python", TINY), "1,000 modules of a line", parts=5),
    "python": Case(modules("python", REALISTIC), "1,000 modules", parts=5),
    "node-tiny": Case(modules("node", TINY), "2,000 modules of a line", parts=5),
    "node": Case(modules("node", REALISTIC), "2,000 modules", parts=5),
    "ruby-tiny": Case(modules("ruby", TINY), "500 files of a line", parts=5),
    "ruby": Case(modules("ruby", REALISTIC), "500 files", parts=5),
    "make": Case(build_c, "31 C files, by gcc", before=unbuild),
    "git": Case(git_status, "git status of 1,500 files", parts=5),
    "processes": Case(processes, "1,000 times /bin/true, from sh", 0.1),
}
