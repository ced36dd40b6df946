# CAT-Seg's pictures: crops of 384 in training; the whole picture in testing, which the backbone resizes
crop_train = [
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    dict(
        type='ResizePartSeg', scale=(768, 384), keep_ratio=True, backend='pillow',
        interpolation='bilinear'),
    dict(type='RandomCrop', crop_size=(384, 384)),
    dict(type='PhotoMetricDistortion'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackPartSegInputs')
]
crop_test = [
    dict(type='LoadPartImage'),
    dict(
        type='ResizePartSeg', scale=(768, 640), keep_ratio=True, backend='pillow',
        interpolation='bilinear'),
    # after the resize: labels keep the image's own size
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
# every size becomes 384: flips are what is left to augment with
crop_tta = [
    dict(type='LoadPartImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(
                type='ResizePartSeg', scale=(768, 640), keep_ratio=True, backend='pillow',
                interpolation='bilinear')],
            [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
            [dict(type='LoadPartAnnotations')],
            [dict(type='PackPartSegInputs')]
        ])
]
