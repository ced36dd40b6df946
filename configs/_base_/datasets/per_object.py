# One object of an image is a sample: the pipelines of ZSSeg+
short, long = 512, 768  # the shorter side, unless the longer one would exceed its bound
per_object_train_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='LoadPartAnnotations'),
    dict(type='KeepObject'),
    dict(
        type='RandomChoiceResize', scales=[(long, side) for side in range(320, 961, 64)],
        resize_type='ResizePartSeg', keep_ratio=True, backend='pillow'),
    dict(type='RandomCrop', crop_size=(short, short)),
    dict(type='RequirePart'),
    dict(type='PhotoMetricDistortion'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PadPartSeg', size=(short, short), pad_val=128),
    dict(type='PackPartSegInputs')
]
per_object_test_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='ResizePartSeg', scale=(long, short), keep_ratio=True, backend='pillow'),
    # after the resize: labels keep the image's own size
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')
]
