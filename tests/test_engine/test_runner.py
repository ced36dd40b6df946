"""The log of a run can be read: what fills screens before the first iteration is left out."""
import logging

from mmengine.runner import Runner

from mmpartseg.engine import PartRunner
from mmpartseg.engine.runner import ShortLog


def logged(message):
    record = logging.LogRecord('run', logging.INFO, __file__, 1, message, None, None)
    return record.getMessage() if ShortLog().filter(record) else None


def test_what_is_left_of_long_messages():
    assert logged('Config:\na = 1\nb = 2\n') == 'Config: 3 lines, in the work dir as a .py file'
    assert logged('paramwise_options -- backbone.x.weight:lr=0.1') is None
    hooks = ('Hooks will be executed in the following order:\nbefore_run:\n(VERY_HIGH   ) RuntimeInfoHook\n'
             '(BELOW_NORMAL) LoggerHook  \n -------------------- \nafter_run:\n(BELOW_NORMAL) LoggerHook\n')
    assert logged(hooks) == 'Hooks: RuntimeInfoHook, LoggerHook'
    environment = ['-----', 'System environment:', '    a: 1', '-----']
    assert logged('\n'.join(['', *environment[:3], '', '-----', ''])) == '\n'.join(environment)
    assert logged('Iter(train) [1/2]') == 'Iter(train) [1/2]'


def test_escape_sequences_are_shown():
    assert logged('Load checkpoint from a\x1b[2J\r.pth') == r'Load checkpoint from a\x1b[2J\r.pth'
    assert logged('a\n\tb: Übung') == 'a\n\tb: Übung'


def test_it_is_mmengines_runner():
    assert issubclass(PartRunner, Runner)
