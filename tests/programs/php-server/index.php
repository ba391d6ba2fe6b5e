<?php
// Answers every request with a word from each of its files.
include 'lib/prices.php';

echo 'entry-1 ', prices_word(), ' ', trim(file_get_contents('data/menu.txt')), "\n";
