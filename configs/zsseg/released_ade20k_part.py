# Evaluates the authors' weights: tools/test.py THIS_FILE zsseg://<their file>
_base_ = './ade20k_part.py'
# they were trained with a bias in place of a mask; a chair's pixels may get parts of an armchair
model = dict(
    decode_head=dict(released_substring_match=True, proposals=dict(released_key_bias=True)))
load_from = None
# a class predicted but not annotated counts as 0 in their means, on labels resized with the pictures
val_evaluator = dict(predicted_averages=True, released_ground_truth='zsseg')
test_evaluator = val_evaluator
