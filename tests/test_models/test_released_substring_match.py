"""Released code finds an object's parts by its name in theirs: an option of CATSeg, PartCATSeg and ZSSeg+."""
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.models.decode_heads.taxonomy_index import TaxonomyIndex
from mmpartseg.models.segmentors.decide import decide_known
from mmpartseg.models.segmentors.zoom import check_zoom
from mmpartseg.taxonomy import PartTaxonomy
from tests.shipped_configs import CONFIGS, ROOT
from tests.tiny_cost import cost_segmentor

NAMES = ["armchair's seat", "chair's leg", "door's knob", "oven's door", "oven's top"]
FOREIGN = dict(chair=12, door=17, light=13, table=5, shelf=3, washer=3, bed=1, oven=1)  # ADE20K-Part-234


@pytest.mark.parametrize('vocabulary, expected', [
    ('ade20k_part_234', FOREIGN), ('pascal_part_116', {}), ('part_imagenet', {})])
def test_objects_with_foreign_classes(vocabulary, expected):
    taxonomy = PartTaxonomy.named(vocabulary)
    index = TaxonomyIndex(taxonomy)
    own = index.object_of == torch.arange(len(taxonomy.objects))[:, None]
    foreign = index.named_classes & ~own
    assert (index.named_classes | ~own).all()
    found = {name: int(count) for name, count in zip(taxonomy.objects, foreign.sum(1)) if count}
    assert found == expected


@pytest.mark.parametrize('piece_bytes', [1, 2**26])
def test_the_classes_that_compete_are_those_told(piece_bytes):
    index = TaxonomyIndex(PartTaxonomy(NAMES))
    scores = torch.randn(5, 6, 7, generator=torch.Generator().manual_seed(0))
    known = torch.randint(0, 5, (6, 7), generator=torch.Generator().manual_seed(1))  # 4 is none
    found = decide_known(scores, (6, 7), index.object_of, known, piece_bytes, competing=index.named_classes)
    for row, column in torch.cartesian_prod(torch.arange(6), torch.arange(7)).tolist():
        expected = len(NAMES)
        if known[row, column] < 4:
            name = index.taxonomy.objects[known[row, column]]
            allowed = [i for i, each in enumerate(NAMES) if name in each]
            expected = max(allowed, key=lambda i: scores[i, row, column])
        assert found[row, column] == expected


def oracle(model, obj):
    """The class at two pixels of an object; an armchair's seat scores best, then an oven's door."""
    scores = torch.tensor([3., 1, 0, 2, -1, 0])[:, None, None].expand(1, -1, 2, 2)
    objects = torch.full((1, 2, 2), model.taxonomy.objects.index(obj))
    sample = SegDataSample(gt_object_seg=PixelData(data=objects), metainfo=dict(ori_shape=(2, 2)))
    return model.postprocess(scores, [sample])[0].pred_oracle_sem_seg.data[0][:, 0].tolist()


@pytest.mark.parametrize('variant', ['catseg', 'partcatseg'])
def test_oracle_obj_of_the_cost_family(variant):
    model = cost_segmentor(variant, test=NAMES)
    assert oracle(model, 'chair') == [1, 1] and oracle(model, 'door') == [2, 2]
    model.decode_head.released_substring_match = True
    assert oracle(model, 'chair') == [0, 0] and oracle(model, 'door') == [3, 3]
    assert oracle(model, 'armchair') == [0, 0] and oracle(model, 'oven') == [3, 3]
    model.test_cfg.oracle_objects = 'image'
    with pytest.raises(ValueError, match="oracle_objects='image' and released_substring_match of the head"):
        oracle(model, 'chair')
    with pytest.raises(ValueError, match='with released_substring_match those of others compete'):
        check_zoom({}, model.decode_head.competing)


def test_on_in_configs_for_released_weights_on_ade20k():
    for name in CONFIGS:
        head = Config.fromfile(ROOT / name).model.get('decode_head', {})
        if 'released_substring_match' in head:
            assert head.released_substring_match and 'released_' in name
    for family in ('catseg', 'partcatseg', 'zsseg'):
        head = Config.fromfile(ROOT / f'configs/{family}/released_ade20k_part.py').model.decode_head
        assert head.released_substring_match, family
