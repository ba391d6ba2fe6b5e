<?php
// Prints a word from each of its files, then stays until its stdin ends.
include __DIR__ . '/lib/prices.php';

echo 'entry-1 ', prices_word(), ' ', trim(file_get_contents('data/menu.txt')), "\n";
stream_get_contents(STDIN);
