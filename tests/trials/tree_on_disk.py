# SPDX-License-Identifier: MIT
"""The operations of tree_model.Tree, done to real files."""

import os
import stat


class Disk:
    def __init__(self, top):
        self.top = top

    def _at(self, path):
        return os.path.join(self.top, path)

    def _target(self, target):
        """A target from the tree's top on is one from "/" on, really."""
        return self.top + target if target.startswith('/') else target

    def content(self, path):
        """What is read by this name, as a program would: the first line, or "-"."""
        try:
            with open(self._at(path), encoding='ascii') as file:
                return file.readline().rstrip('\n')
        except OSError:
            return '-'

    def write(self, path, content):
        with open(self._at(path), 'w', encoding='ascii') as file:
            file.write(content + '\n')

    def replace(self, path, content):
        beside = os.path.join(os.path.dirname(path), '.new')
        self.write(beside, content)
        os.rename(self._at(beside), self._at(path))

    def touch(self, path):
        os.utime(self._at(path))

    def chmod(self, path):
        os.chmod(self._at(path), os.stat(self._at(path)).st_mode ^ stat.S_IROTH)

    def link(self, source, path):
        os.link(self._at(source), self._at(path))

    def unlink(self, path):
        os.unlink(self._at(path))

    def mkdir(self, path):
        os.mkdir(self._at(path))

    def rmdir(self, path):
        os.rmdir(self._at(path))

    def symlink(self, path, target):
        os.symlink(self._target(target), self._at(path))

    def retarget(self, path, target):
        beside = os.path.join(os.path.dirname(path), '.new')
        self.symlink(beside, target)
        os.rename(self._at(beside), self._at(path))

    def move(self, source, path):
        os.rename(self._at(source), self._at(path))
