# Evaluates the authors' weights: tools/test.py THIS_FILE catseg://<their file>
_base_ = './ade20k_part.py'
# they pad to multiples of 32 and stretch the result by the padding; a door may get an oven's door
model = dict(backbone=dict(padding_divisor=32), decode_head=dict(released_substring_match=True))
# and score on labels that were resized with the pictures; a class predicted but not annotated counts as 0
val_evaluator = dict(predicted_averages=True, released_ground_truth='catseg')
test_evaluator = val_evaluator
load_from = None
