# Evaluates the authors' weights: tools/test.py THIS_FILE catseg://<their file>
_base_ = './pascal_part.py'
# they pad to multiples of 32 and stretch the result by the padding
model = dict(backbone=dict(padding_divisor=32))
load_from = None
