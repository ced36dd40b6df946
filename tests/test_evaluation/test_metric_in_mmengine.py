"""The metric inside mmengine: offline evaluation, and the choice of the best checkpoint."""
import pytest
import torch
from metric_samples import CLASSES, EXPECTED, IGNORE, ORACLE, PRED_ALL, TARGETS, TAXONOMY
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

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


def test_the_best_checkpoint_follows_a_score(tmp_path):
    data = {'batch_size': 2, 'dataset': HandData(), 'sampler': {'type': 'DefaultSampler'},
            'collate_fn': {'type': 'default_collate'}}
    best = {'type': 'CheckpointHook', 'save_best': 'pred_all/harmonic', 'rule': 'greater'}
    runner = Runner(
        HandModel(), str(tmp_path), train_dataloader=data, val_dataloader=data,
        train_cfg={'by_epoch': True, 'max_epochs': 1}, val_cfg={},
        val_evaluator={'type': 'OpenVocabPartIoU', 'ignore_index': IGNORE},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1}}, default_scope='mmseg',
        default_hooks={'checkpoint': best}, experiment_name='best')
    runner.train()
    assert runner.message_hub.get_info('best_score') == pytest.approx(100 / 3)
    assert (tmp_path / 'best_pred_all_harmonic_epoch_1.pth').is_file()
