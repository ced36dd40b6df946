"""The whole ViT-B/16 model, loaded through ``partclipseg://``, against reference arrays."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.models.layers.tiles import to_maps
from tests.keyed_weights import checkpoint, checkpoint_spec, full_size_files, normal, read_arrays


@pytest.mark.parametrize('path', full_size_files('full_model*.npz'), ids=lambda path: path.stem)
def test_full_model(path, tmp_path):
    reference = read_arrays(path)
    salt = str(reference['salt'])
    released = {k: torch.tensor(v) for k, v in checkpoint(
        checkpoint_spec(), salt).items()}
    torch.save(dict(model=released), tmp_path / 'model_final.pth')
    model = MODELS.build(Config.fromfile('configs/partclipseg/released_pascal_part.py').model).eval()
    load_checkpoint(model, f'partclipseg://{tmp_path}/model_final.pth')
    head, image = model.decode_head, torch.tensor(
        normal('pixel_values', (1, 3, 352, 352), salt))
    taxonomy = head.test_taxonomy
    assert list(taxonomy.parts) == list(reference['part_classes'])
    assert list(taxonomy.objects) == list(reference['object_classes'])

    def check(actual, name):
        np.testing.assert_allclose(actual.detach().numpy(), reference[name], atol=1e-4, rtol=0,
                                   err_msg=name)

    names = taxonomy.parts + taxonomy.objects
    tokens = head.text_encoder.tokenize(names)[:, :reference['token_ids'].shape[1]]
    tokens = tokens.where(tokens != 0, tokens.max())  # open_clip pads with 0, transformers with EOT
    assert np.array_equal(tokens.numpy(), reference['token_ids'])
    with torch.no_grad():
        check(head.condition(names), 'text_embeddings')
        states = model.backbone(image)
        for i, (patches, cls_token) in enumerate(states):
            tokens = torch.cat([cls_token[:, None], patches.flatten(2).transpose(1, 2)], 1)
            check(head.adapter(tokens)[0, ::11], f'adapted_hidden_{i}_s11')
        output = head.decode(states, head.test_index, training=True)
        logits = to_maps(torch.cat([output.part, output.object], 1))[0]
        check(logits[:, ::16, ::16], 'logits_s16')
        check(to_maps(output.object_part)[0, :, ::16, ::16], 'object_part_logits_s16')
