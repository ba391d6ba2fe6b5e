"""Has the terminal to itself, or shares it, as the file `mode` says.

plain   reads lines, as most programs do
lines   raw, on the normal screen, as something with line editing of its own
signals the same, but Ctrl-C is a signal to it, as it is to most that edit lines
full    raw, on the alternate screen, without cursor, with the mouse and bracketed paste

Says "MODE ready" and shows what it reads. Keys in raw mode: q leaves in good order, x leaves without a
word to the terminal, K and Z send itself SIGKILL and SIGTSTP.
"""

import os
import signal
import sys
import termios
import tty

ENTER = b"\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[H\x1b[2J"
LEAVE = b"\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?25h\x1b[?1049l"


def show(text):
    os.write(1, text.encode() + b"\r\n")


def take(mode):
    if mode == "signals":
        signal.signal(signal.SIGINT, lambda *_: show("interrupted"))
        tty.setcbreak(0)
    else:
        tty.setraw(0)
    if mode == "full":
        os.write(1, ENTER)
    elif mode == "lines":
        for number in range(1, 4):
            show(f"line {number}")
    show(f"{mode} ready")


def leave(mode, settings):
    if mode == "full":
        os.write(1, LEAVE)
    termios.tcsetattr(0, termios.TCSADRAIN, settings)


def main():
    with open("mode", encoding="utf-8") as file:
        mode = file.read().strip()
    if mode == "plain":
        print("plain ready", flush=True)
        for line in sys.stdin:
            print("line", ascii(line), flush=True)
        return 0
    settings = termios.tcgetattr(0)
    take(mode)
    while True:
        key = os.read(0, 1)
        if key == b"q":
            leave(mode, settings)
            return 0
        if key in (b"x", b""):
            return 1
        if key == b"K":
            os.kill(os.getpid(), signal.SIGKILL)
        elif key == b"Z":
            os.kill(os.getpid(), signal.SIGTSTP)
            take(mode)
        else:
            show(f"key {ascii(key.decode())}")


sys.exit(main())
