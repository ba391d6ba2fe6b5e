#!/bin/bash
# Prints a word from each of its files, then stays until its stdin ends.
source lib/prices.sh

read -r menu <data/menu.txt
echo "entry-1 ${WORD:?} $menu"
while read -r _; do :; done
