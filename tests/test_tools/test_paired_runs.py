"""The command that pairs runs of equal seeds."""
import paired

from tests.made_up_runs import confusion_of, write_run


def test_the_command(tmp_path, capsys):
    for name, hits in (('with', [20, 20, 10, 10]), ('without', [10, 10, 5, 5])):
        for seed in (0, 1):
            write_run(tmp_path / name / str(seed), 'partclipseg/part_shapes',
                      confusion_of([hit + seed for hit in hits]), **{'randomness.seed': seed})
    paired.main([str(tmp_path / 'with'), str(tmp_path / 'without')])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == 'seeds [0, 1]' and 'oracle_obj/unseen: +5.00 ± 0.00' in printed
