"""Scores made by hand, and the log of a test that printed them."""
import json

from mmengine.config import Config

SCORES = {f'{protocol}/{key}': 10 * i + j + 0.125 for i, protocol in enumerate(('pred_all', 'oracle_obj'))
          for j, key in enumerate(('seen', 'unseen', 'harmonic', 'mIoU'), 1)}


def log_test(work_dir, cfg, checkpoint, start='3', scores=SCORES, **changes):
    """What tools/test.py leaves in ``work_dir/test``: its config, with the checkpoint, and its scores."""
    folder = work_dir / 'test' / start
    (folder / 'vis_data').mkdir(parents=True)
    tested = Config(cfg.to_dict())
    tested.merge_from_dict({**changes, 'load_from': str(checkpoint)})
    tested.started_from = cfg.get('load_from')
    tested.dump(folder / 'vis_data' / 'config.py')
    (folder / f'{start}.json').write_text(json.dumps(scores) + '\n')
