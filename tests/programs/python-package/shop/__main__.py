"""Prints a word from each of its files, then stays until its stdin ends."""

import importlib.resources
import sys

from shop.goods import prices

menu = importlib.resources.files("shop").joinpath("menu.txt").read_text("utf-8")
print("entry-1", prices.WORD, menu.strip(), flush=True)
sys.stdin.read()
