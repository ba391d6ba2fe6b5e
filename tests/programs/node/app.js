// Prints a word from each of its files, then stays until its stdin ends.
const prices = require("./lib/prices");
const menu = require("./data/menu.json");

console.log("entry-1", prices.word, menu.word);
process.stdin.resume();
