# The quickstart's model asked with words that part training never used: "kitten" for "cat", for all objects
_base_ = './part_shapes.py'
model = dict(decode_head=dict(test_taxonomy='part_shapes_synonyms'))
synonyms = dict(type='PartSegDataset', taxonomy='part_shapes_synonyms')
val_dataloader = dict(dataset=synonyms)
test_dataloader = dict(dataset=synonyms)
