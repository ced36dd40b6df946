"""Ctrl-C and SIGTERM end a run at once, also while it waits for another process."""
import multiprocessing
import os
import signal
import socket
import sys
import threading

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_on_signals(message):
    """From now on SIGINT and SIGTERM print one line and end the process with 128 + the signal.

    Python runs signal handlers between two of its own instructions, so a process that waits in a
    collective operation would not end. A thread is told by the operating system instead. Nothing
    is cleaned up: files are written atomically, and the next run removes what was unfinished.
    Child processes keep the default behaviour.

    Args:
        message (callable): without arguments; its text is printed by the first process of a run.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    for number in SIGNALS:
        signal.signal(number, _wake)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    os.register_at_fork(after_in_child=_as_usual)
    threading.Thread(target=_wait, args=(reader, writer, message), daemon=True).start()


def _wake(number, frame):
    """A handler must be there for the wake-up to be written."""


def _as_usual():
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _wait(reader, writer, message):
    number = None  # `writer` is an argument so that it lives as long as the thread
    while number not in SIGNALS:  # torch's data loader has a handler of its own for SIGCHLD
        number = reader.recv(1)[0]
    for child in multiprocessing.active_children():
        child.kill()
    try:  # nothing that goes wrong here may keep the process: a broken work dir, a closed terminal
        if int(os.environ.get('RANK', '0')) == 0:
            print(f'\n{signal.Signals(number).name}: {_text(message)}', file=sys.stderr, flush=True)
    finally:
        os._exit(128 + number)


def _text(message):
    try:
        return message()
    except OSError as error:
        return error
