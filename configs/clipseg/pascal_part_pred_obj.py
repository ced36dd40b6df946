# CLIPSeg in the Pred-Obj setting: tools/analysis/predict_objects.py writes the object maps
_base_ = './pascal_part.py'
test_pipeline = [
    *_base_.test_pipeline[:-1],
    dict(type='LoadObjectPrediction', folder='data/PascalPart116/predicted_objects/val'),
    _base_.test_pipeline[-1]
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
