"""PartCLIPSegHead against arrays of the released implementation, stage by stage."""
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.checkpoints import to_mmpartseg
from mmpartseg.models.layers.tiles import to_maps
from mmpartseg.models.segmentors.decide import decide
from tests.keyed_weights import read_arrays, reference_files

IGNORE = 255
LOSSES = {'loss_object_part': 'loss_object_part_foreground',
          'loss_object_part_background': 'loss_object_part_background',
          'loss_part': 'loss_part', 'loss_object': 'loss_object'}


class Reference:
    """One file of arrays and the head with its weights."""

    def __init__(self, path):
        self.arrays = read_arrays(path)
        weights = self.entries('weight')
        dims, hidden = weights['decoder.film_mul.weight'].shape[1], self['train/hidden_0'].shape[2]
        channels = weights['decoder.reduces.0.weight'].shape[0]
        clip = dict(embed_dim=dims,
                    vision_cfg=dict(image_size=32, patch_size=16, width=16, head_width=16, layers=1),
                    text_cfg=dict(context_length=77, vocab_size=49408, width=16, heads=1, layers=1))
        self.levels = sum(k.startswith('train/hidden_') for k in self.arrays.files)
        kernels = [weights[f'decoder.transposed_convolution.{i}.weight'].shape[-1] for i in (2, 4)]
        loss = dict(type='PartMaskLoss')
        self.head = MODELS.build(dict(
            type='PartCLIPSegHead', train_taxonomy=self.names('train/object_part_classes'),
            test_taxonomy=self.names('test/object_part_classes'),
            text_encoder=dict(type='OpenCLIPTextEncoder', arch=clip),
            in_channels=(hidden, ) * self.levels, channels=channels,
            num_heads=self['train/attention_last_layer'].shape[1],
            ffn_channels=weights['decoder.layers.0.mlp.fc1.weight'].shape[0],
            adapter_channels=weights['visual_adapter.fc.0.weight'].shape[0], mask_strides=kernels,
            loss_object_part=loss, loss_object=loss, loss_part=loss,
            loss_separation=dict(type='SeparationLoss'), loss_enhance=dict(type='EnhanceLoss'),
            released_text_index=True, class_chunk=3))
        state = self.renamed(weights)
        missing, unexpected = self.head.load_state_dict(state, strict=False)
        assert not unexpected and all(k.startswith('text_encoder.') for k in missing)

    def __getitem__(self, name):
        return torch.as_tensor(self.arrays[name])  # a copy: on any test device

    def names(self, key):
        return [str(name) for name in self.arrays[key]]

    def entries(self, folder):
        return {k[len(folder) + 1:]: self[k] for k in self.arrays.files if k.startswith(f'{folder}/')}

    @staticmethod
    def renamed(entries):
        return {k.removeprefix('decode_head.'): v
                for k, v in to_mmpartseg(entries, 'the reference').items()}

    def inputs(self, folder):
        """Backbone features, with the text embeddings put in place of the text encoder's."""
        text = self[f'{folder.split("/")[0]}/text_embeddings']
        self.head.condition = lambda names: torch.cat([text, self.head.background_embedding])
        hidden = [self[f'{folder}/hidden_{i}'] for i in range(self.levels)]
        side = round((hidden[0].shape[1] - 1)**0.5)
        return [[x[:, 1:].transpose(1, 2).unflatten(2, (side, side)), x[:, 0]] for x in hidden]

    def object_map(self, folder, stored, objects):
        """The stored object map in the indices of ``objects``."""
        table = torch.full((256, ), IGNORE)
        for i, name in enumerate(self.names(f'{folder}/gt_object_classes')):
            table[i] = objects.index(name) if name in objects else len(objects)
        return table[self[stored]]


@pytest.fixture(params=reference_files('head_*.npz'), ids=lambda path: path.stem)
def reference(request):
    return Reference(request.param)


@pytest.mark.parametrize('class_chunk', [1, 4, None])
@pytest.mark.parametrize('with_cp', [False, True])
def test_training(reference, class_chunk, with_cp):
    head = reference.head.train()
    head.class_chunk, head.with_cp = class_chunk, with_cp
    output = head.decode(reference.inputs('train'), head.train_index, training=True)

    logits = to_maps(torch.cat([output.part, output.object], 1))
    torch.testing.assert_close(logits, reference['train/logits'], atol=1e-5, rtol=0)
    torch.testing.assert_close(
        to_maps(output.object_part), reference['train/object_part_logits'], atol=1e-5, rtol=0)

    losses = head.loss_by_feat(
        output, reference['train/gt_part'],
        reference.object_map('train', 'train/gt_object', head.train_taxonomy.objects))
    for ours, theirs in LOSSES.items():
        assert abs(losses[ours].item() - reference[f'train/{theirs}'].item()) < 1e-6, ours
    total = sum(losses[name] for name in LOSSES)
    assert abs(total.item() - reference['train/loss_mask_total'].item()) < 3e-6

    total.backward()
    gradients = reference.renamed(reference.entries('grad'))
    parameters = dict(head.named_parameters())
    assert len(gradients) == len([k for k in parameters if not k.startswith(
        ('text_encoder.', 'background_embedding'))])
    for name, gradient in gradients.items():
        torch.testing.assert_close(parameters[name].grad, gradient, atol=1e-5, rtol=0, msg=name)


def test_attention(reference):
    head = reference.head
    output = head.decode(reference.inputs('train'), head.train_index, training=True)
    expected = reference['train/attention_last_layer'].mean(1)  # over heads
    actual = head.decoder.attention(output.attention_input.flatten(0, 1))
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize('piece_bytes', [1, 2**26])
def test_label_maps(reference, piece_bytes):
    head = reference.head.eval()
    images = sorted({k.split('/')[1] for k in reference.arrays.files if k.startswith('test/')
                     and k.split('/')[1].isdigit()})
    assert images
    for image in images:
        folder = f'test/{image}'
        with torch.no_grad():
            output = head(reference.inputs(folder))
        torch.testing.assert_close(
            output.object_part, reference[f'{folder}/object_part_logits'], atol=1e-5, rtol=0)
        stored = reference[f'{folder}/gt_object']
        objects = reference.object_map('test', f'{folder}/gt_object', head.test_taxonomy.objects)
        scores = output.object_part[0]
        pred_all, oracle = decide(scores, tuple(stored.shape), head.test_index.object_of,
                                  output.object[0], objects, piece_bytes)
        clear = clear_winner(scores, stored.shape)
        theirs = reference[f'{folder}/pred_all_label_map']
        # an object that nearly ties, too, may tip Pred-All
        sure = clear & clear_winner(output.object[0], stored.shape)
        assert torch.equal(pred_all[sure], theirs[sure])
        for name in reference.arrays.files:
            if name.startswith(f'{folder}/oracle_label_map/'):
                inside = (stored == int(name.split('/')[-1])) & clear
                assert inside.any()
                assert torch.equal(oracle[inside], reference[name][inside])


def clear_winner(scores, size):
    """(H, W): whether the two best probabilities differ by 1e-5 at least."""
    full = torch.nn.functional.interpolate(scores[None], tuple(size), mode='bilinear')[0]
    best = full.sigmoid().topk(2, dim=0).values
    return best[0] - best[1] >= 1e-5
