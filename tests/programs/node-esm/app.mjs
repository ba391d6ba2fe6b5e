// Prints a word from each of its files, then stays until its stdin ends.
import { readFile } from "node:fs/promises";
import { word } from "./lib/prices.mjs";

const menu = await readFile(new URL("./data/menu.txt", import.meta.url), "utf8");
console.log("entry-1", word, menu.trim());
process.stdin.resume();
