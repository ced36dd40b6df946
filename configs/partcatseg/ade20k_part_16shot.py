# PartCATSeg on ADE20K-Part-234, 16-shot: every class, in the images of the published list
_base_ = './ade20k_part_supervised.py'
train_dataloader = dict(dataset=dict(ann_file='train_16shot.json'))
