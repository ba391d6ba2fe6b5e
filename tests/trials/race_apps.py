# SPDX-License-Identifier: MIT
"""The programs of the race: an entry, two modules and a data file, each with a word of its own.

A word is always of the same length, so each save leaves the file's size as it was. That is the
hardest case for whoever compares versions, CPython with its caches of byte code among them.
"""

import os

PYTHON = {
    'app.py': "import os, sys\nimport goods, prices\nfrom pathlib import Path\n"
              "print(os.getpid(), '{}', goods.WORD, prices.WORD, "
              "Path('menu.txt').read_text().strip(), flush=True)\nsys.stdin.read()\n",
    'goods.py': "WORD = '{}'\n",
    'prices.py': "WORD = '{}'\n",
    'menu.txt': '{}\n',
}
NODE = {
    'app.js': "const goods = require('./goods'), prices = require('./prices');\n"
              "const menu = require('fs').readFileSync('menu.txt', 'utf8').trim();\n"
              "process.stdout.write([process.pid, '{}', goods, prices, menu].join(' ') + '\\n');\n"
              "process.stdin.resume();\n",
    'goods.js': "module.exports = '{}';\n",
    'prices.js': "module.exports = '{}';\n",
    'menu.txt': '{}\n',
}


class App:
    """The files on disk, and what a process that has read them as they are must print."""

    commands = {'python': ['python3', 'app.py'], 'node': ['node', 'app.js']}

    def __init__(self, name, folder):
        self.command = self.commands[name]
        self.folder = folder
        self.templates = {'python': PYTHON, 'node': NODE}[name]
        self.serial = 0
        self.words = {}
        for file in self.templates:
            self.save(file, 'in-place')

    def files(self):
        return list(self.templates)

    def expected(self):
        return ' '.join(self.words[file] for file in self.templates)

    def save(self, file, how):
        """Saves new content as editors do: over the old, or beside it and then over it."""
        self.serial += 1
        word = f'w{self.serial:08d}'
        path = os.path.join(self.folder, file)
        written = path if how == 'in-place' else path + '.new'
        with open(written, 'w', encoding='ascii') as stream:
            stream.write(self.templates[file].format(word))
        if how == 'by-rename':
            os.rename(written, path)
        self.words[file] = word
