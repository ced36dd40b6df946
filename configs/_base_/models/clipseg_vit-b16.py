# The paper's main baseline, as OV-PARTS and PartCLIPSeg's authors released it: one prompt per class, a
# learned background, a visual adapter; one mean over all pixels, the unlabelled ones as background
_base_ = './film_vit-b16.py'
model = dict(
    decode_head=dict(
        type='CLIPSegHead',
        loss_object_part=dict(type='PartMaskLoss', unlabelled_as_background=True)),
    # Oracle-Obj: the parts of all objects in the picture compete
    test_cfg=dict(oracle_objects='image'))
