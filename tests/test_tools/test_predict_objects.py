"""Pred-Obj: another model's object maps become the known objects, beside the two other settings."""
import numpy as np
import predict_objects
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample
from PIL import Image
from safetensors.torch import save_file

from mmpartseg.datasets.preparation import write_label_map
from mmpartseg.evaluation import OpenVocabPartIoU
from tests.tiny import segmentor

PIPELINE = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations')]


@pytest.fixture
def dataset(empty_archive):
    """One test image with a cat's head and a dog's tail, and how to load its predicted objects."""
    empty_archive.add('val', 'a', {"cat's head": 30, "dog's tail": 40})

    def build(folder):
        return DATASETS.build(dict(
            type='PascalPart116Dataset', data_root=str(empty_archive.root), test_mode=True,
            data_prefix=dict(img_path='images/val', seg_map_path='annotations_detectron2_part/val'),
            pipeline=[*PIPELINE, dict(type='LoadObjectPrediction', folder=str(folder)),
                      dict(type='PackPartSegInputs')]))
    return build


def test_names_are_matched():
    table = predict_objects.object_table(['background', 'TV monitor', 'Dog', 'sky'],
                                         ['dog', 'cat', 'tvmonitor'])
    assert table.tolist() == [255, 2, 0, 255]
    with pytest.raises(ValueError, match='no class of the model, of 1, is an object'):
        predict_objects.object_table(['sky'], ['dog'])


class OtherModel(torch.nn.Module):
    """Stands for a model of three classes: the left half is dog, the rest boat, a corner sky."""
    dataset_meta = {'classes': ('sky', 'boat', 'dog')}

    def forward_map(self, path):
        width, height = Image.open(path).size
        labels = torch.ones(1, height, width, dtype=torch.long)
        labels[:, :, :width // 2] = 2
        labels[:, 0, 0] = 0
        return SegDataSample(pred_sem_seg=PixelData(data=labels))


def test_maps_of_another_model(dataset, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(predict_objects, 'inference_model', OtherModel.forward_map)
    data = dataset(tmp_path / 'objects')
    predict_objects.predict(OtherModel(), [data], tmp_path / 'objects')
    assert 'the model knows 2 of 20 objects' in capsys.readouterr().out
    stored = np.array(Image.open(tmp_path / 'objects' / 'a.png'))
    names = data.metainfo['object_classes']
    assert stored[0, 0] == 255 and stored[5, 0] == names.index('dog')
    assert stored[5, -1] == names.index('boat')
    sample = data[0]['data_samples']
    found = sample.pred_object_seg.data
    assert found.dtype == torch.int64 and found.shape == sample.gt_sem_seg.data.shape
    objects = data.taxonomy.objects
    assert found[0, 5, 0] == objects.index('dog')
    assert found[0, 0, 0] == 255 and found[0, 5, -1] == len(objects)  # boat has no parts


def test_equal_names_in_two_folders(empty_archive, tmp_path, monkeypatch):
    """The maps of a/1 and b/1 stay apart, from writing to reading."""
    empty_archive.add('val', 'a/1', {"cat's head": 30}, size=(12, 16))
    empty_archive.add('val', 'b/1', {"cat's head": 30}, size=(10, 20))
    monkeypatch.setattr(predict_objects, 'inference_model', OtherModel.forward_map)
    data = DATASETS.build(dict(
        type='PascalPart116Dataset', data_root=str(empty_archive.root), test_mode=True,
        data_prefix=dict(img_path='images/val', seg_map_path='annotations_detectron2_part/val'),
        pipeline=[*PIPELINE, dict(type='LoadObjectPrediction', folder=str(tmp_path / 'out')),
                  dict(type='PackPartSegInputs')]))
    predict_objects.predict(OtherModel(), [data], tmp_path / 'out')
    shapes = [data[i]['data_samples'].pred_object_seg.data.shape for i in range(2)]
    assert shapes == [(1, 12, 16), (1, 10, 20)]
    with pytest.raises(ValueError, match="a/1.jpg' and '.*/b/1.jpg' would both be called '1'"):
        predict_objects.predict(OtherModel(), [subfolder(empty_archive, f) for f in 'ab'], tmp_path / 'out')


def subfolder(archive, name):
    return DATASETS.build(dict(type='PascalPart116Dataset', data_root=str(archive.root), test_mode=True,
                               data_prefix=dict(img_path=f'images/val/{name}')))


def test_more_objects_than_8_bits_hold():
    names = [f'thing {i}' for i in range(256)]
    table = predict_objects.object_table(['sky', *names], names)
    assert table.dtype == np.uint16 and table.tolist() == [65535, *range(256)]
    assert predict_objects.object_table(names, names[:255]).dtype == np.uint8


def test_errors(dataset, tmp_path):
    with pytest.raises(FileNotFoundError, match='a.jpg has no predicted object map.*a.png'):
        dataset(tmp_path / 'none')[0]
    write_label_map(tmp_path / 'a.png', np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match='is 4x4 pixels'):
        dataset(tmp_path)[0]


def test_test_sets_of_a_config(tmp_path):
    config = tmp_path / 'config.py'
    config.write_text("test_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=["
                      "dict(type='PartShapesDataset', lazy_init=True)] * 2))")
    assert len(predict_objects.test_sets(config)) == 2


@torch.no_grad()
def test_prediction_and_scores():
    model = segmentor()
    generator = torch.Generator().manual_seed(3)
    known = torch.randint(0, 3, (1, 20, 28), generator=generator)
    predicted = torch.randint(-1, 5, (1, 20, 28), generator=generator)
    image = torch.randint(0, 256, (3, 32, 32), generator=generator, dtype=torch.uint8)

    def run(**maps):
        sample = SegDataSample(metainfo=dict(ori_shape=(20, 28)))
        for name, data in maps.items():
            sample.set_data({name: PixelData(data=data)})
        return model.test_step(dict(inputs=[image], data_samples=[sample]))[0]

    both = run(gt_object_seg=known, pred_object_seg=predicted)
    swapped = run(gt_object_seg=predicted)
    assert torch.equal(both.pred_obj_sem_seg.data, swapped.pred_oracle_sem_seg.data)
    assert not torch.equal(both.pred_obj_sem_seg.data, both.pred_oracle_sem_seg.data)
    assert 'pred_obj_sem_seg' not in swapped
    target = torch.randint(0, len(model.taxonomy), (1, 20, 28), generator=generator)
    for sample in (both, swapped):
        sample.gt_sem_seg = PixelData(data=target)

    def scores(sample):
        metric = OpenVocabPartIoU(dict(object_parts=model.taxonomy.object_parts,
                                       unseen_objects=['dog']))
        metric.process(None, [sample.to_dict()])
        return metric.evaluate(1)

    found, expected = scores(both), scores(swapped)
    for key in ('seen', 'unseen', 'harmonic', 'mIoU', 'recall_mean'):
        assert found[f'pred_obj/{key}'] == expected[f'oracle_obj/{key}']
    assert found['pred_obj/mIoU'] != found['oracle_obj/mIoU']
    assert not any(key.startswith('pred_obj') for key in expected)


def test_a_model_of_parts(monkeypatch):
    monkeypatch.setattr(predict_objects, 'init_model', lambda config, *_: segmentor())
    with pytest.raises(ValueError, match='"cat\'s head", are no objects. Give a model of MMSegmentation'):
        predict_objects.load_model('ours.py', 'ours.pth', 'cpu')


@pytest.mark.parametrize('named_by', ['checkpoint', 'checkpoint of mmseg 0', 'test data', 'too few', None])
def test_a_real_model_of_mmseg(tmp_path, named_by):
    """init_model and inference_model, as the command calls them; weights may be all that a file has."""
    config = tmp_path / 'fcn.py'
    config.write_text("""
norm_cfg = dict(type='BN')
model = dict(type='EncoderDecoder', data_preprocessor=dict(type='SegDataPreProcessor'),
    backbone=dict(type='UNet', base_channels=4, num_stages=2, strides=(1, 1), downsamples=(True,),
                  enc_num_convs=(1, 1), dec_num_convs=(1,), enc_dilations=(1, 1),
                  dec_dilations=(1,), norm_cfg=norm_cfg),
    decode_head=dict(type='FCNHead', in_channels=4, in_index=1, channels=4, num_convs=1,
                     num_classes=2, norm_cfg=norm_cfg),
    test_cfg=dict(mode='whole'))
default_scope = 'mmseg'
test_pipeline = [dict(type='LoadImageFromFile'), dict(type='Resize', scale=(16, 16)),
                 dict(type='PackSegInputs')]
test_dataloader = dict(dataset=dict(type='BaseSegDataset', data_root='nowhere', pipeline=test_pipeline))
""" + ("test_dataloader['dataset']['metainfo'] = dict(classes=('cat', 'sky'))" * (named_by == 'test data')
       + "test_dataloader['dataset']['metainfo'] = dict(classes=('cat', ))" * (named_by == 'too few')))
    model = MODELS.build(Config.fromfile(config).model)
    model.decode_head.conv_seg.bias.data[0] = 1e6  # everything is cat
    weights = tmp_path / 'fcn.safetensors'
    save_file(model.state_dict(), weights)
    metas = {'checkpoint': dict(dataset_meta=dict(classes=('cat', 'sky'))),
             'checkpoint of mmseg 0': dict(CLASSES=('cat', 'sky'))}
    if named_by in metas:
        weights = tmp_path / 'fcn.pth'
        torch.save(dict(state_dict=model.state_dict(), meta=metas[named_by]), weights)
    (tmp_path / 'images').mkdir()
    Image.new('RGB', (20, 12)).save(tmp_path / 'images' / 'x.jpg')
    data = tmp_path / 'data.py'
    data.write_text(f"""
test_dataloader = dict(dataset=dict(type='PascalPart116Dataset', data_root='{tmp_path}',
                                    data_prefix=dict(img_path='images')))
""")
    options = [str(config), str(weights), str(data), '--out', str(tmp_path / 'out'), '--device', 'cpu']
    wrong = {None: 'does not name its classes, nor .*fcn.py', 'too few': 'scores 2 classes, and 1 names'}
    if named_by in wrong:
        with pytest.raises(ValueError, match=wrong[named_by]):
            predict_objects.main(options)
        return
    predict_objects.main(options)
    stored = np.array(Image.open(tmp_path / 'out' / 'x.png'))
    assert stored.shape == (12, 20) and np.all(stored == 7)  # cat in Pascal-Part-116's object maps
