# Evaluates the authors' weights: tools/test.py THIS_FILE zsseg://<their file>
_base_ = './ade20k_part.py'
# they were trained with a bias in place of a mask; a chair's pixels may get parts of an armchair
model = dict(
    decode_head=dict(released_substring_match=True, proposals=dict(released_key_bias=True)))
load_from = None
# their means: a class that is predicted but not annotated counts as 0
val_evaluator = dict(predicted_averages=True)
test_evaluator = val_evaluator
