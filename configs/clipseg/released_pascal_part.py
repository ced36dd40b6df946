# Evaluates OV-PARTS' fine-tuned CLIPSeg: tools/test.py THIS_FILE partclipseg://<their file>
_base_ = './pascal_part.py'
load_from = None
# their figures stand on the ground truth of their evaluator
val_evaluator = dict(released_ground_truth=True)
test_evaluator = val_evaluator
