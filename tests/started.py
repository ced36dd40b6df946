"""What a command costs before it does anything: a child's processor time, modules that are not Python's."""
import json
import os
import subprocess
import sys

# in a child, one after the other: each leaves nothing behind for the next
ASK = '''
import contextlib, io, json, runpy, sys, time
found = []
for name, arguments in json.load(sys.stdin):
    before, started = set(sys.modules), time.process_time()
    path, printed = list(sys.path), io.StringIO()
    sys.argv = [name, *arguments]
    try:
        with contextlib.redirect_stdout(printed):
            if name == 'mmpartseg':
                sys.orig_argv = ['python', '-m', 'mmpartseg', *arguments]
                runpy.run_module(name, run_name='__main__', alter_sys=True)
            else:
                sys.path[0] = name.rpartition('/')[0]
                runpy.run_path(name, run_name='__main__')
        code = None
    except SystemExit as ended:
        code = ended.code
    seconds, sys.path[:] = time.process_time() - started, path
    new = {each: sys.modules.pop(each) for each in set(sys.modules) - before}
    found.append([code, printed.getvalue(), sorted(new), seconds])
json.dump(found, sys.stdout)
'''


def answers(commands, cwd):
    """Exit code, output, new modules that are not Python's, and CPU seconds of each command, in one process.

    Args:
        commands (list[tuple[str, list[str]]]): path of a tool, or ``mmpartseg``, with its arguments.
        cwd (Path): from which ``mmpartseg`` is found.
    """
    done = subprocess.run([sys.executable, '-c', ASK], input=json.dumps(commands), capture_output=True,
                          text=True, check=True, cwd=cwd)
    own = sys.stdlib_module_names
    return [(code, printed, {each for each in new if each.split('.')[0] not in own}, seconds)
            for code, printed, new, seconds in json.loads(done.stdout)]


def cpu_seconds(*command, cwd):
    """Processor time of a child and of those that it waited for; it keeps what it compiles.

    Raises:
        AssertionError: it failed; with what it said.
    """
    environment = {key: value for key, value in os.environ.items() if key != 'PYTHONDONTWRITEBYTECODE'}
    with open(cwd / 'said.txt', 'w+') as said:
        child = subprocess.Popen([sys.executable, *map(str, command)], stdout=said, stderr=said,
                                 env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert child.returncode == 0, said.read()
    return usage.ru_utime + usage.ru_stime
