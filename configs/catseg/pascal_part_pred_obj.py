# Pred-Obj of OV-PARTS, as the paper prints it: tools/analysis/predict_objects.py writes the object maps
_base_ = './pascal_part.py'
load_objects = dict(
    type='LoadObjectPrediction', folder='data/PascalPart116/predicted_objects/val')
test_pipeline = [*_base_.test_pipeline[:-1], load_objects, _base_.test_pipeline[-1]]
views = _base_.tta_pipeline[1]['transforms']
tta_pipeline = [
    _base_.tta_pipeline[0],
    dict(type='TestTimeAug', transforms=[*views[:-1], [load_objects], views[-1]])
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
