"""Writes to the file `sizes` its terminal's size, at the start and at each SIGWINCH, with who sent it."""

import os
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})


def write(word):
    columns, lines = os.get_terminal_size()
    with open("sizes", "a", encoding="ascii") as sizes:
        sizes.write(f"{word} {columns} {lines}\n")


open("word", encoding="ascii").close()
write("start")
print("ready", flush=True)
while True:
    info = signal.sigwaitinfo({signal.SIGWINCH})
    write("kernel" if info.si_pid == 0 else "process")
