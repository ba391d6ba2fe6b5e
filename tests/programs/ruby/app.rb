# Prints a word from each of its files, then stays until its stdin ends.
require_relative "lib/prices"

$stdout.sync = true
puts ["entry-1", Prices::WORD, File.read("data/menu.txt").strip].join(" ")
$stdin.read
