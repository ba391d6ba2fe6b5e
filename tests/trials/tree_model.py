# SPDX-License-Identifier: MIT
"""A model of a tree of files: what a path leads to, and by what links, without asking the kernel.

Paths are relative to the tree's top. A file has an identity and a version, which every write and
touch makes a new one; so two looks at a name tell whether something else is there now.
"""

import itertools

LINKS_MAX = 40  # path_resolution(7)
# Folders above the top, so that a link may lead out of the tree by "..": there is nothing.
ABOVE = ('above', 'above', 'above', 'above')


class Impossible(Exception):
    """The kernel would refuse this."""


class File:
    def __init__(self, identity):
        self.identity = identity
        self.version = 0
        self.content = ''


class Link:
    def __init__(self, identity, target):
        self.identity = identity
        self.target = target


class Folder(dict):
    """Names and what they stand for."""


class Look:
    """What a name leads to. `node` is a File or None, `way` all that decides about it."""

    def __init__(self, way, node, loop=False):
        self.node = node
        self.loop = loop
        self.content = node.content if node else '-'
        self.result = (node.identity, node.version) if node else None
        self.way = (tuple(way), self.result)


class Tree:
    def __init__(self):
        self._identities = itertools.count(1)
        self.root = Folder()
        at = self.root
        for name in ABOVE:
            at[name] = at = Folder()
        self.top = at

    # -- where paths lead ----------------------------------------------------------------------

    def find(self, path):
        """What is there by this name itself; no link is followed. None: nothing."""
        at = self.top
        for name in path.split('/') if path else ():
            if not isinstance(at, Folder) or name not in at:
                return None
            at = at[name]
        return at

    def parent(self, path):
        folder, _, name = path.rpartition('/')
        at = self.find(folder)
        if not isinstance(at, Folder):
            raise Impossible
        return at, name

    def look(self, path):
        """Follows all links, as open(2) would."""
        links = 0
        way = []
        at = list(ABOVE)            # the names from the root
        rest = path.split('/')
        while rest:
            name = rest.pop(0)
            if name == '.':
                continue
            if name == '..':
                at = at[:-1]
                continue
            folder = self._absolute(at)
            at.append(name)
            node = folder.get(name) if isinstance(folder, Folder) else None
            if isinstance(node, Link):
                links += 1
                if links > LINKS_MAX:
                    return Look(way, None, loop=True)
                way.append(('/'.join(at), node.identity, node.target))
                at.pop()
                if node.target.startswith('/'):
                    at = list(ABOVE)
                rest = node.target.strip('/').split('/') + rest
        node = self._absolute(at)
        way.append('/'.join(at))
        return Look(way, node if isinstance(node, File) else None)

    def _absolute(self, names):
        at = self.root
        for name in names:
            at = at.get(name) if isinstance(at, Folder) else None
        return at

    def names(self):
        """Every path that there is, with what it stands for; folders before what is in them."""
        def below(prefix, folder):
            for name, node in sorted(folder.items()):
                yield prefix + name, node
                if isinstance(node, Folder):
                    yield from below(prefix + name + '/', node)
        return list(below('', self.top))

    # -- what changes it -----------------------------------------------------------------------

    def write(self, path, content):
        folder, name = self.parent(path)
        if name not in folder:
            folder[name] = File(next(self._identities))
        node = folder[name]
        if not isinstance(node, File):
            raise Impossible
        node.content = content
        node.version += 1

    def replace(self, path, content):
        folder, name = self.parent(path)
        if isinstance(folder.get(name), Folder):
            raise Impossible
        folder[name] = File(next(self._identities))
        folder[name].content = content

    def touch(self, path):
        node = self.find(path)
        if not isinstance(node, File):
            raise Impossible
        node.version += 1

    def chmod(self, path):
        if not isinstance(self.find(path), File):
            raise Impossible

    def link(self, source, path):
        node = self.find(source)
        folder, name = self.parent(path)
        if not isinstance(node, File) or name in folder:
            raise Impossible
        folder[name] = node

    def unlink(self, path):
        folder, name = self.parent(path)
        if not isinstance(folder.get(name), (File, Link)):
            raise Impossible
        del folder[name]

    def mkdir(self, path):
        folder, name = self.parent(path)
        if name in folder:
            raise Impossible
        folder[name] = Folder()

    def rmdir(self, path):
        folder, name = self.parent(path)
        if not isinstance(folder.get(name), Folder) or folder[name]:
            raise Impossible
        del folder[name]

    def symlink(self, path, target):
        folder, name = self.parent(path)
        if name in folder:
            raise Impossible
        folder[name] = Link(next(self._identities), target)

    def retarget(self, path, target):
        folder, name = self.parent(path)
        if not isinstance(folder.get(name), Link):
            raise Impossible
        folder[name] = Link(next(self._identities), target)

    def move(self, source, path):
        """rename(2), and its rules of what may be put over what."""
        node = self.find(source)
        old_folder, old_name = self.parent(source)
        folder, name = self.parent(path)
        over = folder.get(name)
        if node is None or f'{path}/'.startswith(f'{source}/'):
            raise Impossible
        if over is not None and (isinstance(node, Folder) != isinstance(over, Folder)
                                 or (isinstance(over, Folder) and over)):
            raise Impossible
        if node is over:
            return          # two names of one file: rename(2) does nothing
        del old_folder[old_name]
        folder[name] = node
