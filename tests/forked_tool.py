"""A tool in a forked process: what a user calls, without the ten seconds of its imports."""
import multiprocessing
import os
import runpy
import sys

from tests.imported import import_for_runs

FOREVER = 300  # seconds


def run_forked(script, *arguments, cwd, environments=({},)):
    """Run a script as ``python script arguments`` does, once for each environment, side by side.

    Args:
        script (Path): of tools/.
        arguments: words of its command line.
        cwd (Path): where it runs; what it prints goes to a file there.
        environments (Sequence[dict]): variables that differ from ours.

    Returns:
        str: what the first of them printed.

    Raises:
        AssertionError: one did not end with exit code 0; with all that was printed.
    """
    def call(i, environment):
        os.environ.update(environment)
        os.chdir(cwd)
        printed = os.open(f'printed_{i}.txt', os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(printed, stream)
        sys.stdout = sys.stderr = os.fdopen(1, 'w', buffering=1, closefd=False)
        sys.argv, sys.path[0] = [str(script), *map(str, arguments)], str(script.parent)
        runpy.run_path(str(script), run_name='__main__')
    import_for_runs()
    context = multiprocessing.get_context('fork')
    children = [context.Process(target=call, args=each) for each in enumerate(environments)]
    for child in children:
        child.start()
    for child in children:
        child.join(FOREVER)
        child.kill()
    outputs = [(cwd / f'printed_{i}.txt').read_text() for i in range(len(children))]
    assert [child.exitcode for child in children] == [0] * len(children), '\n'.join(
        output[-4000:] for output in outputs)
    return outputs[0]
