# CAT-Seg of CVPR 2024 in miniature: CLIP guides itself, only its queries and values are trained
_base_ = './part_shapes.py'
width = {{_base_.tiny_clip.vision_cfg.width}}
model = dict(
    backbone=dict(
        guidance=None,
        clip=dict(out_indices=(1, 3), dense='cls', frozen=False, trainable='query_value')),
    decode_head=dict(
        text_encoder=dict(trainable='query_value'),
        in_channels=(width, width), upsampled_channels=(32, 16), padded_classes=64, background=False,
        synonyms='first', loss_object_part=dict(
            _delete_=True, type='PartMaskLoss', background_weight=None, unlabelled_as_negative=True)))
# from the CLIP that ships alone, as CAT-Seg of CVPR 2024 from OpenAI's: for longer, at the rate from nothing
load_from = None
optim_wrapper = dict(optimizer=dict(lr=6e-4, betas=(0.9, 0.999)))
iterations = 1000
_base_.param_scheduler[0].update(end=iterations)
train_cfg = dict(max_iters=iterations, val_interval=iterations)
