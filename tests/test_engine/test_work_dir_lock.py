"""Two runs in one work dir: the second is refused, unless the first is dead."""
import os
import signal
import time

import pytest

from mmpartseg.engine import lock_work_dir
from tests.runs import in_child


def test_the_second_is_refused(tmp_path):
    ready, say = os.pipe()
    first = os.fork()
    if not first:
        lock_work_dir(tmp_path / 'work')
        worker = os.fork()  # such as a data worker, which may outlive its parent for a while
        if worker:
            os.write(say, worker.to_bytes(4, 'little'))
        time.sleep(60)
        os._exit(0)
    worker = int.from_bytes(os.read(ready, 4), 'little')
    try:
        def second():
            with pytest.raises(ValueError, match=f'another run is in .*work .process {first}.; wait'):
                lock_work_dir(tmp_path / 'work')
            lock_work_dir(tmp_path / 'other')
        assert in_child(second) == [0]
        # the other processes of a run ask for nothing
        assert in_child(lock_work_dir, tmp_path / 'work', environments=[dict(RANK='1')]) == [0]
        assert in_child(lock_work_dir, tmp_path / 'work', environments=[dict(RANK='0')]) == [1]
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        assert in_child(lock_work_dir, tmp_path / 'work') == [0]
    finally:
        os.kill(worker, signal.SIGKILL)
