# Evaluates the authors' weights: tools/test.py THIS_FILE partclipseg://<their file>
_base_ = './ade20k_part.py'
# they were trained with an object's text embedding gathered at the wrong index
model = dict(decode_head=dict(released_text_index=True))
load_from = None
# their figures stand on the ground truth of their evaluator
val_evaluator = dict(released_ground_truth=True)
test_evaluator = val_evaluator
