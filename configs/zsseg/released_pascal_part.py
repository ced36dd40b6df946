# Evaluates the authors' weights: tools/test.py THIS_FILE zsseg://<their file>
_base_ = './pascal_part.py'
# they were trained with a bias in place of a mask, and with objects that lost their masks
model = dict(
    decode_head=dict(released_substring_match=True, proposals=dict(released_key_bias=True)))
steps = _base_.per_object_train_pipeline
train_dataloader = dict(
    dataset=dict(dataset=dict(
        pipeline=[*steps[:2], dict(type='KeepObject', released_object_table=True), *steps[3:]])))
load_from = None
# a class predicted but not annotated counts as 0 in their means, on labels resized with the pictures
val_evaluator = dict(predicted_averages=True, released_ground_truth='zsseg')
test_evaluator = val_evaluator
