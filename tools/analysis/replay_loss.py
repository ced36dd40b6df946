"""Compute a loss that was not finite again: ``python tools/analysis/replay_loss.py FILE``.

FILE is what a training run left in ``<work_dir>/non_finite_loss``. It holds the config of that run,
which is Python code and is run: replay only files of your own.
"""
import argparse


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('file', help='what the stopped run has written')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
from mmengine.config import Config
from mmengine.registry import init_default_scope


def main():
    args = parse_args()
    from mmengine.structures import PixelData
    from mmseg.registry import MODELS
    from mmseg.structures import SegDataSample

    from mmpartseg.checkpoints import read_checkpoint
    from mmpartseg.engine.random_states import set_random_states
    saved = read_checkpoint(args.file)
    cfg = Config.fromstring(saved['config'], file_format='.py')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    model = MODELS.build(cfg.model)
    model.load_state_dict(saved['state_dict'])
    samples = [SegDataSample(metainfo=s['metainfo'], **{
        name: PixelData(data=data) for name, data in s['fields'].items()})
        for s in saved['data_samples']]
    model.train()
    set_random_states(saved['random_states'])
    data = model.data_preprocessor(dict(inputs=saved['inputs'], data_samples=samples), training=True)
    losses = model(**data, mode='loss')
    print(f"iteration {saved['iteration']}: {', '.join(s.metainfo['img_path'] for s in samples)}")
    for name, value in losses.items():
        print(f'{name}: {value.detach().mean().item()}')


if __name__ == '__main__':
    main()
