# ZSSeg+ on EVA-02-CLIP, stage 1: the prompts (ours, see pascal_part_prompts.py)
_base_ = './pascal_part_prompts.py'
eva02 = dict(arch='EVA02-B-16', pretrained='merged2b_s8b_b131k', init_cfg=None)
model = dict(decode_head=dict(text_encoder=eva02, regions=eva02))
