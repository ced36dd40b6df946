"""ZSSeg+ at any size: small models, and the released arrays with the model that they are of."""
import json

import torch
from mmengine.config import Config
from mmseg.registry import MODELS

from mmpartseg.checkpoints import check_state_dict, zsseg_to_mmpartseg
from mmpartseg.models.segmentors.object_scores import Picture
from tests.keyed_weights import read_arrays
from tests.mixed import ROOT


def shrink(model, clip, base_channels=4, stem_channels=8, channels=64, layers=3, queries=6, hidden=96,
           class_channels=40, dropout=0.0, crop=384):
    """A shipped ZSSeg+ model config in another size, in place."""
    head = model.decode_head
    for tower in (head.text_encoder, head.regions):
        tower.update(arch=clip, pretrained=None, init_cfg=None)
    head.regions.size = crop
    proposals = head.get('proposals')
    if proposals is None:  # stage 1
        return model
    if 'depth' in model.backbone:
        model.backbone.update(base_channels=base_channels, stem_channels=stem_channels)
        expansion = 4 if model.backbone.depth >= 50 else 1
        proposals.in_channels = [expansion * base_channels << i for i in range(4)]
    model.backbone.init_cfg = None
    proposals.update(feat_channels=channels, out_channels=channels, num_queries=queries,
                     class_channels=class_channels)
    proposals.positional_encoding.num_feats = channels // 2
    decoder = proposals.transformer_decoder
    decoder.num_layers = layers
    for name in ('self_attn_cfg', 'cross_attn_cfg'):
        decoder.layer_cfg[name].update(embed_dims=channels, attn_drop=dropout, proj_drop=dropout)
    decoder.layer_cfg.ffn_cfg.update(embed_dims=channels, feedforward_channels=hidden, ffn_drop=dropout)
    return model


class Reference:
    """One file of arrays of the released implementation, and our model with its weights."""

    def __init__(self, path):
        self.arrays = read_arrays(path)
        self.meta = json.loads(str(self.arrays['meta']))
        weights = {name: value.float() for name, value in self.entries('weight').items()}
        for name, rows in self.entries('weight_rows').items():
            weights[name] = torch.zeros(49408, rows.shape[1])
            weights[name][self['token_ids']] = rows.float()
        self.weights = weights
        self.model = MODELS.build(self.config()).eval()
        state = zsseg_to_mmpartseg(weights, str(path))
        check_state_dict(self.model, state, metadata=state._metadata[''])
        self.model.load_state_dict(state)

    def config(self):
        weights, clip = self.weights, self.meta['clip']
        arch = dict(
            embed_dim=clip['embed'], quick_gelu=True,
            vision_cfg=dict(image_size=clip['grid'] * clip['patch'], patch_size=clip['patch'],
                            width=clip['vision_width'], layers=clip['vision_layers'],
                            head_width=clip['vision_width'] // clip['vision_heads']),
            text_cfg=dict(context_length=clip['context'], vocab_size=49408, width=clip['text_width'],
                          heads=clip['text_heads'], layers=clip['text_layers']))
        predictor = 'sem_seg_head.predictor.'
        queries, channels = weights[predictor + 'query_embed.weight'].shape
        model = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_r50.py').model
        shrink(model, arch, weights['backbone.res2.0.conv1.weight'].shape[0],
               weights['backbone.stem.conv1.weight'].shape[0], channels, self.layers, queries,
               weights[predictor + 'transformer.decoder.layers.0.linear1.weight'].shape[0],
               weights[predictor + 'class_embed.layers.0.weight'].shape[0])
        model.decode_head.update(
            train_taxonomy=self.meta['train_classes'],
            test_taxonomy=dict(object_parts=self.meta['test_classes'],
                               unseen_objects=self.meta['unseen_objects']),
            released_substring_match=True)
        model.decode_head.proposals.released_key_bias = True
        model.decode_head.text_encoder.lengths = [
            len(weights[f'clip_adapter.prompt_learner.{name}_prompt']) for name in ('prefix', 'connect')]
        return model

    @property
    def layers(self):
        return len(self['train/mask_logits'])

    def __getitem__(self, name):
        return torch.from_numpy(self.arrays[name])

    def __contains__(self, name):
        return name in self.arrays.files

    def entries(self, folder):
        return {k[len(folder) + 1:]: self[k] for k in self.arrays.files if k.startswith(f'{folder}/')}

    def numbers(self, folder):
        """The sample numbers in a folder of arrays."""
        names = {k.split('/')[1] for k in self.entries_of(folder)}
        return sorted(name for name in names if name.isdigit())

    def entries_of(self, folder):
        return [k for k in self.arrays.files if k.startswith(f'{folder}/')]

    def image(self, name):
        """An image as the network takes it, (3, H, W) normalised and without padding."""
        image, preprocessor = self[name].float(), self.model.data_preprocessor
        return (image - preprocessor.mean) / preprocessor.std

    def picture(self, folder):
        """One test image as the segmentor has it."""
        image = self.image(f'{folder}/image')
        height, width = image.shape[1:]
        padded = torch.nn.functional.pad(image, (0, -width % 32, 0, -height % 32))
        head = self.model.decode_head
        size = tuple(self[f'{folder}/sem_seg'].shape[1:])
        return Picture([x for x in self.model.backbone(padded[None])], tuple(padded.shape[1:]),
                       self[f'{folder}/image'].float(), size,
                       head.condition(head.prompts(head.test_taxonomy)))

    def object_of(self, folder):
        """The sample's object, an index into the test vocabulary's."""
        name = self.meta['objects'][int(self[f'{folder}/object_label'])]
        return self.model.taxonomy.objects.index(name)
