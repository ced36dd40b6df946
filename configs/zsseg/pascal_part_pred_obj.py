# The Pred-Obj setting of OV-PARTS: tools/analysis/predict_objects.py writes the object maps
_base_ = './pascal_part.py'
load_objects = dict(
    type='LoadObjectPrediction', folder='data/PascalPart116/predicted_objects/val')
steps = _base_.per_object_test_pipeline
test_dataloader = dict(dataset=dict(pipeline=[*steps[:-1], load_objects, steps[-1]]))
