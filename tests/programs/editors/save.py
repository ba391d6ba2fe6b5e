"""Saves a file with the system calls of an editor: save.py EDITOR FILE TEXT."""

import mmap
import os
import sys


def write(name, flags, *parts):
    descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC | flags, MODE)
    for part in parts:
        os.write(descriptor, part)
        os.fdatasync(descriptor)
    os.close(descriptor)


def in_place(name, text):
    write(name, os.O_CREAT | os.O_TRUNC, text)


def in_parts(name, text):
    """Several writes in one open, each of which is on the disk before the next."""
    half = len(text) // 2
    write(name, os.O_CREAT | os.O_TRUNC, text[:half], text[half:])


def append(name, text):
    write(name, os.O_APPEND, text)


def rename_over(name, text):
    write(name + ".new", os.O_CREAT | os.O_EXCL, text)
    os.rename(name + ".new", name)


def unlink_and_create(name, text):
    os.unlink(name)
    write(name, os.O_CREAT | os.O_EXCL, text)


def jetbrains(name, text):
    """SafeFileOutputStream: both are there until the new one has its name."""
    write(name + "___jb_tmp___", os.O_CREAT | os.O_EXCL, text)
    os.rename(name, name + "___jb_old___")
    os.rename(name + "___jb_tmp___", name)
    os.unlink(name + "___jb_old___")


def vscode(name, text):
    """fs.open(path, "w"), and a flush before the close."""
    os.stat(name)
    write(name, os.O_CREAT | os.O_TRUNC, text)
    os.stat(name)


def vscode_r(name, text):
    """The way in which streams, attributes and hard links survive: truncate, then "r+"."""
    os.truncate(name, 0)
    descriptor = os.open(name, os.O_RDWR | os.O_CLOEXEC)
    os.write(descriptor, text)
    os.fdatasync(descriptor)
    os.close(descriptor)


def vscode_atomic(name, text):
    write(name + ".vsctmp", os.O_CREAT | os.O_TRUNC, text)
    os.rename(name + ".vsctmp", name)


def mapped(name, text):
    """Written through a mapping that outlives the descriptor; of the same size as before."""
    with open(name, "r+b") as file:
        memory = mmap.mmap(file.fileno(), 0)
    memory[:] = text
    memory.close()


# What is new has the rights of the old.
MODE = os.stat(sys.argv[2]).st_mode & 0o777
os.umask(0)
globals()[sys.argv[1]](sys.argv[2], sys.argv[3].encode() + b"\n")
