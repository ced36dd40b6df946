# Evaluates OV-PARTS' fine-tuned CLIPSeg: tools/test.py THIS_FILE partclipseg://<their file>
_base_ = './ade20k_part.py'
load_from = None
