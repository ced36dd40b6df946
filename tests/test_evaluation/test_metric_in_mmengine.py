"""The metric inside mmengine: offline evaluation, and the choice of the best checkpoint."""
import re

import pytest
import torch
from metric_samples import CLASSES, EXPECTED, IGNORE, ORACLE, PRED_ALL, TARGETS, TAXONOMY
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg import PartTaxonomy
from mmpartseg.evaluation import OpenVocabPartIoU


def data_sample(maps):
    return SegDataSample(metainfo={'img_path': 'a.jpg'}, **{
        key: PixelData(data=torch.tensor([ids])) for key, ids in
        zip(('gt_sem_seg', 'pred_sem_seg', 'pred_oracle_sem_seg'), maps)})


@pytest.mark.parametrize('chunk_size', [1, 2, 3])
def test_offline_evaluation(chunk_size):
    evaluator = Evaluator([OpenVocabPartIoU(TAXONOMY, ignore_index=IGNORE)])
    evaluator.dataset_meta = {'classes': CLASSES}
    samples = [data_sample(maps) for maps in zip(TARGETS, PRED_ALL, ORACLE)]
    scores = evaluator.offline_evaluate(samples, chunk_size=chunk_size)
    assert scores == pytest.approx(EXPECTED, abs=1e-12)


class HandModel(BaseModel):
    """Predicts the hand-worked maps; in training a loss that is about nothing."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, index, mode):
        if mode == 'loss':
            return {'loss': self.weight**2}
        return [data_sample((TARGETS[i], PRED_ALL[i], ORACLE[i])) for i in index]


class HandData(torch.utils.data.Dataset):
    def __init__(self):
        self.metainfo = {'classes': CLASSES, 'taxonomy': TAXONOMY}

    def __len__(self):
        return len(TARGETS)

    def __getitem__(self, index):
        return {'index': index}


def best_of(tmp_path, taxonomy=TAXONOMY, epochs=1, **best):
    """A run of one model that never changes; its Runner."""
    dataset = HandData()
    dataset.metainfo = dict(dataset.metainfo, taxonomy=taxonomy)
    data = {'batch_size': 2, 'dataset': dataset, 'sampler': {'type': 'DefaultSampler'},
            'collate_fn': {'type': 'default_collate'}}
    runner = Runner(
        HandModel(), str(tmp_path), train_dataloader=data, val_dataloader=data,
        train_cfg={'by_epoch': True, 'max_epochs': epochs}, val_cfg={},
        val_evaluator={'type': 'OpenVocabPartIoU', 'ignore_index': IGNORE},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1}}, default_scope='mmseg',
        default_hooks={'checkpoint': best}, experiment_name=tmp_path.name)
    runner.train()
    return runner


@pytest.mark.parametrize('type', ['CheckpointHook', 'ResumableCheckpointHook'])
def test_the_best_checkpoint_follows_a_score(type, tmp_path):
    runner = best_of(tmp_path, type=type, save_best='pred_all/harmonic', rule='greater')
    assert runner.message_hub.get_info('best_score') == pytest.approx(100 / 3)
    assert (tmp_path / 'best_pred_all_harmonic_epoch_1.pth').is_file()


@pytest.mark.parametrize('save_best, kept', [
    ('pred_all/harmonic', ['pred_all_mIoU']), (['oracle_obj/unseen', 'pred_all/seen'],
                                               ['oracle_obj_mIoU', 'pred_all_seen'])])
def test_a_score_that_is_nan_gives_way_to_miou(save_best, kept, tmp_path):
    """Without unseen objects there is no harmonic mean, and no checkpoint was ever the best."""
    everything_seen = PartTaxonomy(CLASSES)
    runner = best_of(tmp_path, everything_seen, 2, type='ResumableCheckpointHook', save_best=save_best,
                     rule='greater')
    assert {path.name for path in tmp_path.glob('best_*')} == {f'best_{name}_epoch_1.pth' for name in kept}
    asked = save_best if isinstance(save_best, str) else save_best[0]
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert re.findall(r"WARNING - (save_best.*)", log) == [
        f"save_best='{asked}' is nan: its classes do not occur in the validation data. The best checkpoint "
        f"of this run is chosen by '{asked.split('/')[0]}/mIoU'"]
    assert runner.message_hub.get_info('best_score' if len(kept) == 1 else 'best_score_pred_all/seen') > 0
