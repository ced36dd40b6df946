# Evaluates the authors' weights: tools/test.py THIS_FILE partcatseg://<their file>
_base_ = './ade20k_part.py'
# they pad to multiples of 32 and stretch the result by the padding; a door may get an oven's door
model = dict(
    backbone=dict(padding_divisor=32, guidance=dict(pretrained=False)),
    decode_head=dict(released_substring_match=True))
# their numbers are means over the classes with IoU > 0, on labels that were resized with the pictures
val_evaluator = dict(found_averages=True, released_ground_truth='catseg')
test_evaluator = val_evaluator
load_from = None
