"""Prints a word from each of its files, then stays until its stdin ends."""

import sys

from shop import prices

with open("data/menu.txt", encoding="utf-8") as menu:
    print("entry-1", prices.WORD, menu.read().strip(), flush=True)
sys.stdin.read()
