# ZSSeg+ on EVA-02-CLIP, stage 2: the proposals
_base_ = './pascal_part.py'
eva02 = dict(arch='EVA02-B-16', pretrained='merged2b_s8b_b131k', init_cfg=None)
model = dict(decode_head=dict(text_encoder=eva02, regions=eva02))
# the prompts of stage 1, pascal_part_eva02-b16_prompts.py
load_from = 'zsseg://work_dirs/zsseg/pascal_part_eva02-b16_prompts/iter_3200.pth'
