"""The attempts of ``python -m tests.robustness`` in small: nothing silent, lost, hanging or run."""
import os
import signal

import pytest

from . import __main__ as program
from . import corruptions
from .__main__ import BAD, MOST_MEMORY, main
from .bombs import BOMBS
from .corruptions import outcome_of, try_kind
from .files import KINDS, Kind
from .kills import Killing
from .reports import REPORTS, outcome_of_report

ROUNDS = 60
OTHER_CONTENT = (b'', b'\0', b'[' * 100_000, b'{"a":' * 50_000, b'\xff\xfe' * 40)


@pytest.mark.parametrize('kind', KINDS, ids=lambda kind: kind.name)
def test_damaged_files(kind, tmp_path):
    counts, memory, details = try_kind(kind, tmp_path, range(ROUNDS))
    assert not details and sum(counts.values()) == ROUNDS and memory < 100
    assert counts['clear error'] > ROUNDS // 5


@pytest.mark.parametrize('kind', KINDS, ids=lambda kind: kind.name)
@pytest.mark.filterwarnings('ignore')
def test_files_of_something_else(kind, tmp_path):
    path = tmp_path / kind.name
    kind.write(path)
    before = signal.signal(signal.SIGALRM, corruptions._late)
    try:
        for data in OTHER_CONTENT:
            path.write_bytes(data)
            if (kind.name, data[:2]) not in (('config.py', b''), ('words.txt', b'{"')):  # texts like others
                assert outcome_of(kind, path, None, [])[0] == 'clear error', data[:9]
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize('kind', BOMBS, ids=lambda kind: ascii(kind.name))
def test_files_made_on_purpose(kind, tmp_path):
    counts, memory, details = try_kind(kind, tmp_path, [None])
    assert counts == {'clear error': 1}, details
    assert memory < MOST_MEMORY


@pytest.mark.parametrize('report', REPORTS, ids=lambda report: report.name)
def test_public_reports(report, tmp_path):
    assert outcome_of_report(report, tmp_path / 'data') == 'clear error'


def test_kills(tmp_path):
    """Three of all operations: in a write, before a rename, before a delete; and a random moment."""
    killing = Killing(tmp_path / 'runs', ema=False)
    assert killing.operations > 20
    for number in (2, 35):
        assert killing.at_operation(number) == 'survived', number
    assert killing.at_random(0) == 'survived'


def test_bad_outcomes_are_seen(tmp_path, monkeypatch):
    """The tool itself: a reader for each outcome."""
    monkeypatch.setattr(corruptions, 'SECONDS', 1)

    def hang(path):
        while True:
            pass

    def die(path):
        os.kill(os.getpid(), signal.SIGKILL)

    def run_a_program(path):
        os.system('true')
        raise ValueError(f'{path} is refused')

    def complain(path):
        raise ValueError('something is wrong')
    readers = {'hang': hang, 'crash': die, 'code run': run_a_program, 'unclear': complain,
               'silent': lambda path: path.read_bytes()}
    for outcome, read in readers.items():
        kind = Kind('a.txt', lambda path: path.write_text('text'), read)
        counts, _, details = try_kind(kind, tmp_path / outcome, [None])
        assert counts == {outcome: 1} and outcome in details and outcome in BAD


def test_the_printed_table(capsys, monkeypatch):
    monkeypatch.setattr(program, 'BOMBS', BOMBS[:2])
    monkeypatch.setattr(program, 'KINDS', KINDS[:3])
    monkeypatch.setattr(program, 'REPORTS', REPORTS[:2])  # all are above
    assert main(['--corruptions', '6', '--random-kills', '0', '--operations', '0']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('| what | tries | survived | clear error | free | silent |')
    assert lines[-1].split('|')[2].strip() == str(8 + 2)
    assert len(lines) == 2 + 3 + 3
