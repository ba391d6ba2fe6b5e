# SPDX-License-Identifier: MIT
"""Makes up what is done to a tree: by the seed alone, so that it can be made up again.

A plan names the files that the command reads and has batches of operations: the first makes the
tree, before the command starts. A batch either may do anything or is made so that nothing changes
for the command; the latter is by the model's verdict, which the run takes again.

Names: what begins with f is a file or a link to one, what begins with d a folder or a link to one.
They are few, so that the same ones are made, moved and removed again and again.
"""

import copy
import json
import os
import random

from tree_model import ABOVE, File, Folder, Impossible, Link, Tree

# What the launcher is not asked for by default: --also enables it.
LINK_LOOP = 'link-loop'     # the command meets symlinks that lead in a circle
# A file is given another name while the command runs, in a folder of which nothing is used, and
# edited by that name before the next restart: nobody tells of that without a watch on every file.
NEW_HARD_LINK = 'new-hard-link'
EXTRAS = (LINK_LOOP, NEW_HARD_LINK)

FOLDER_NAMES = ('d0', 'd1', 'd2')
FILE_NAMES = ('f0', 'f1', 'f2')
WATCHED_FOLDERS = ('', 'd0/', 'd1/', 'd0/d1/', 'd1/d2/', 'd2/d0/d1/')
DEPTH_MOST = 3
BATCHES = 8
OPERATIONS_MOST = 5
PAUSE_MOST_MS = 15
TRIES = 50


class Plan:
    def __init__(self, watched, batches):
        self.watched = watched
        self.batches = batches      # of [pause in ms, operation, argument...]

    @staticmethod
    def from_json(text):
        value = json.loads(text)
        return Plan(value['watched'], value['batches'])

    def to_json(self):
        batches = ',\n '.join('[' + ',\n  '.join(map(json.dumps, batch)) + ']'
                              for batch in self.batches)
        return f'{{"watched": {json.dumps(self.watched)}, "batches": [\n {batches}]}}'


def ways(tree, watched):
    return [tree.look(name).way for name in watched]


class Maker:
    def __init__(self, seed, also=()):
        self.random = random.Random(seed)
        self.also = also
        self.tree = Tree()
        self.serial = 0
        count = self.random.randint(2, 5)
        self.watched = sorted({self.random.choice(WATCHED_FOLDERS) + self.random.choice(FILE_NAMES)
                               for _ in range(count)})

    # -- what could be done --------------------------------------------------------------------

    def content(self):
        self.serial += 1
        # Now and then of another size than the content before.
        return f'v{self.serial:05d}' + 'x' * self.random.choice((0, 0, 0, 1, 2))

    def concerned(self):
        """Paths that decide about what the command reads: final ones, links, and all above."""
        prefix = '/'.join(ABOVE) + '/'
        found = set()
        for look in map(self.tree.look, self.watched):
            steps = [step[0] if isinstance(step, tuple) else step for step in look.way[0]]
            for path in (step.removeprefix(prefix) for step in steps if step.startswith(prefix)):
                parts = path.split('/')
                found.update('/'.join(parts[:count + 1]) for count in range(len(parts)))
        return sorted(found)

    def existing(self, *kinds):
        """A path at which there is something of these kinds, rather one that is of concern."""
        if self.random.random() < 0.6:
            near = [path for path in self.concerned() if isinstance(self.tree.find(path), kinds)]
            if near:
                return self.random.choice(near)
        paths = [path for path, node in self.tree.names() if isinstance(node, kinds)]
        if not paths:
            raise Impossible
        return self.random.choice(paths)

    def any_path(self, names):
        """A path in a folder that there is, whether or not anything has this name there."""
        if self.random.random() < 0.6:
            near = [path for path in self.concerned() if path.rpartition('/')[2] in names]
            if near:
                return self.random.choice(near)
        folders = [''] + [path for path, node in self.tree.names()
                          if isinstance(node, Folder) and path.count('/') < DEPTH_MOST - 1]
        folder = self.random.choice(folders)
        return os.path.join(folder, self.random.choice(names))

    def target(self, path, names):
        """A target for a link at that path, as people write them: relative, or from the top on."""
        to = self.any_path(names)
        return '/' + to if self.random.random() < 0.25 else os.path.relpath(
            '/' + to, '/' + os.path.dirname(path))

    def operations(self):
        """One operation, or a few that belong together."""
        choose = self.random.choice
        names = choose((FILE_NAMES, FOLDER_NAMES))
        kind = self.random.choices(
            ('write', 'replace', 'touch', 'chmod', 'link', 'unlink', 'mkdir', 'rmdir', 'symlink',
             'retarget', 'move', 'swap', 'remove tree'),
            (14, 14, 4, 4, 5, 7, 5, 3, 7, 8, 12, 5, 3))[0]
        if kind in ('write', 'replace'):
            return [(kind, self.any_path(FILE_NAMES), self.content())]
        if kind in ('touch', 'chmod'):
            return [(kind, self.existing(File))]
        if kind == 'link':
            return [(kind, self.existing(File), self.any_path(FILE_NAMES))]
        if kind == 'unlink':
            return [(kind, self.existing(File, Link))]
        if kind == 'mkdir':
            return [(kind, self.any_path(FOLDER_NAMES))]
        if kind == 'rmdir':
            return [(kind, self.existing(Folder))]
        if kind == 'symlink':
            path = self.any_path(names)
            return [(kind, path, self.target(path, names))]
        if kind == 'retarget':
            path = self.existing(Link)
            names = FILE_NAMES if path.rpartition('/')[2] in FILE_NAMES else FOLDER_NAMES
            return [(kind, path, self.target(path, names))]
        if kind == 'move':
            path = self.existing(File, Folder, Link)
            names = FILE_NAMES if path.rpartition('/')[2] in FILE_NAMES else FOLDER_NAMES
            return [(kind, path, self.any_path(names))]
        if kind == 'swap':
            # Aside, and another into its place: of a file, or of a folder with all that is in it.
            path = self.existing(Folder)
            other = self.existing(Folder)
            return [('move', path, 'd9'), ('move', other, path), ('move', 'd9', other)]
        path = self.existing(Folder)
        below = [(name, node) for name, node in self.tree.names() if name.startswith(path + '/')]
        return [('rmdir' if isinstance(node, Folder) else 'unlink', name)
                for name, node in reversed(below)] + [('rmdir', path)]

    # -- what is done ---------------------------------------------------------------------------

    def needs(self, operation, after, batch):
        """What the launcher must be able to do for this one."""
        if any(after.look(name).loop for name in self.watched):
            return LINK_LOOP
        if operation[0] in ('write', 'touch') and any(done[1] == 'link' for done in batch):
            node = self.tree.find(operation[1])
            path = '/'.join(ABOVE) + '/' + operation[1]
            for look in map(self.tree.look, self.watched):
                if node is not None and look.node is node and look.way[0][-1] != path:
                    return NEW_HARD_LINK
        return None

    def do(self, operations, batch, quiet=False, pause=False):
        """All of them, or, if one is not possible or not wanted, none."""
        kept = copy.deepcopy(self.tree)
        before = ways(kept, self.watched)
        done = []
        try:
            for operation in operations:
                after = copy.deepcopy(self.tree)
                getattr(after, operation[0])(*operation[1:])
                if quiet and ways(after, self.watched) != before:
                    raise Impossible
                if self.needs(operation, after, batch + done) not in (None, *self.also):
                    raise Impossible
                self.tree = after
                pause_ms = self.random.randint(0, PAUSE_MOST_MS) if pause else 0
                done.append([pause_ms, *operation])
        except Impossible:
            self.tree = kept
            return False
        batch.extend(done)
        return True

    def try_any(self, batch, quiet=False, pause=False):
        for _ in range(TRIES):
            try:
                if self.do(self.operations(), batch, quiet, pause):
                    return
            except Impossible:
                continue

    def mend(self, name, batch):
        """Makes the file that this name leads to, and the folders that it lies in."""
        look = self.tree.look(name)
        prefix = '/'.join(ABOVE) + '/'
        path = look.way[0][-1]
        if look.node is not None or look.loop or not path.startswith(prefix):
            return
        path = path.removeprefix(prefix)
        parts = path.split('/')
        for count in range(1, len(parts)):
            self.do([('mkdir', '/'.join(parts[:count]))], batch)
        self.do([(self.random.choice(('write', 'replace')), path, self.content())], batch)

    def plan(self):
        batches = [[]]
        for _ in range(self.random.randint(5, 20)):
            self.try_any(batches[0])
        for name in self.watched:
            if self.random.random() < 0.8:
                self.mend(name, batches[0])
        for _ in range(BATCHES):
            batch = []
            quiet = self.random.random() < 0.5
            pause = self.random.random() < 0.3
            present = [name for name in self.watched if self.tree.look(name).node]
            for _ in range(self.random.randint(1, OPERATIONS_MOST)):
                self.try_any(batch, quiet, pause)
            # A file that stays away is waited for, so most of the time it comes back.
            if not quiet and self.random.random() < 0.85:
                for name in present:
                    self.mend(name, batch)
            batches.append(batch)
        return Plan(self.watched, batches)
