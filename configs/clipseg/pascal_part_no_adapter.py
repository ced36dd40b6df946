# CLIPSeg of `transformers` as it is, without the visual adapter of the released baseline: what it learns
# goes back there (tools/model_converters/clipseg_to_transformers.py). Not the paper's baseline
_base_ = './pascal_part.py'
model = dict(decode_head=dict(adapter_channels=None))
