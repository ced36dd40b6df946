"""The whole models with ViT-B/16, ResNet-101 or DINOv2 and 80 prompts, against reference arrays."""
import json

import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_state_dict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.checkpoints.catseg import catseg_to_mmpartseg
from mmpartseg.models.layers.cost.guidance import fitted
from tests.catseg_reference import close, normalised, published
from tests.keyed_weights import OWN_COPY, full_size_files, read_arrays, reference_folder
from tests.released_protocol import clear

PREDICTOR = 'sem_seg_head.predictor.'
CASES = [(config, spec, channel, path) for config, spec, channel, pattern in (
    ('catseg', 'catseg_ovparts', 16, 'catseg_ovparts_full_*.npz'),
    ('partcatseg', 'partcatseg', 8, 'partcatseg_full_*.npz')) for path in full_size_files(pattern)]


def spec_of(name):
    beside = reference_folder() / f'{name}_checkpoint_spec.json'
    return json.loads((beside if beside.is_file() else OWN_COPY / beside.name).read_text())


@pytest.fixture(scope='module', params=CASES, ids=lambda case: case[3].stem)
def case(request):
    config, spec, channel, path = request.param
    arrays = {k: v if v.dtype.kind == 'U' else torch.from_numpy(v) for k, v in read_arrays(path).items()}
    cfg = Config.fromfile(f'configs/{config}/released_pascal_part.py')
    names = [str(name) for name in arrays['names/test_classes']]
    cfg.model.decode_head.update(train_taxonomy=names, test_taxonomy=names)
    model = MODELS.build(cfg.model)
    state = published(spec_of(spec), str(arrays['SALT']), arrays)
    load_state_dict(model, catseg_to_mmpartseg(state, 'the reference'), strict=True)
    return arrays, model.eval(), channel


def test_full_size(case):
    arrays, model, channel = case
    head = model.decode_head
    taxonomy = head.test_taxonomy
    image = normalised(arrays['image'][None])
    with torch.no_grad():
        features = model.backbone(image)
        dense = features[-1]
        close(dense.flatten(2).mT[:, 47::48], arrays['clip_features'][:, 1:], name='clip')
        guidance = [features[i] for i in head.in_index]
        for maps, i, size in zip(guidance, (2, 3, 4), (96, 48, 24)):
            close(fitted(maps, (size, size))[:, ::channel, ::6, ::6], arrays[f'guidance_input/res{i}'],
                  name=f'guidance {i}')
        texts = {'text': taxonomy.object_parts, 'text/specific_part': taxonomy.object_parts,
                 'text/part_obj': taxonomy.parts + taxonomy.objects}
        for name, prompts in texts.items():
            if name in arrays:
                close(head.condition(prompts)[:, ::16], arrays[name], name=name)
        output = head.decode(features, head.test_index, training='part_object_logits' in arrays)
        # parts and objects of the test vocabulary: a training pass shows them
        close(output.object_part[..., ::8, ::8], arrays['logits'], 1e-4, 'logits')
        if 'part_object_logits' in arrays:
            general = torch.cat([output.part, output.object], 1)
            close(general[..., ::8, ::8], arrays['part_object_logits'], 1e-4, 'part_object_logits')
        expected = arrays['oracle_label_map'].long()
        objects = torch.full_like(expected, taxonomy.objects.index('cat'))
        sample = SegDataSample(gt_object_seg=PixelData(data=objects[None]),
                               metainfo=dict(ori_shape=tuple(expected.shape)))
        scores = output.object_part.sigmoid()
        model.postprocess(scores, [sample])
    full = torch.nn.functional.interpolate(scores, tuple(expected.shape), mode='bilinear')[0]
    sure = clear(full, [i for i, o in enumerate(taxonomy.object_of) if taxonomy.objects[o] == 'cat'])
    sure &= expected < len(taxonomy)
    assert sure.any()
    assert torch.equal(sample.pred_oracle_sem_seg.data[0][sure], expected[sure])
