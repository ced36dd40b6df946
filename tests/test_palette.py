import numpy as np
import pytest

from mmpartseg.datasets.part_seg_dataset import shipped_metainfo
from mmpartseg.palette import (
    COLORS,
    color_of_part,
    generalized_part_palette,
    object_palette,
    palette_of_names,
    part_palette,
)
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo

SHIPPED = ['pascal_part_116', 'ade20k_part_234', 'part_imagenet', 'part_imagenet_ood', 'part_shapes',
           'part_shapes_synonyms', 'part_sketches']
# What is left of linear RGB to eyes without one kind of cones: Machado, Oliveira, Fernandes 2009, severity 1.
EYES = {
    'all cones': np.eye(3),
    'protanopia': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    'deuteranopia': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    'tritanopia': [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]]}
# Ottosson 2020: linear RGB to responses of cones, their cube roots to OKLab
CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
OKLAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
OWN_WORDS = ('spout lid rim knob strap zipper pocket sleeve collar button cuff hem lens shutter grip trigger '
             'barrel stock hinge cushion').split()


@pytest.fixture(params=SHIPPED)
def taxonomy(request):
    return PartTaxonomy.named(request.param)


def nearest(colors, eye):
    """Least distance of two colours (n, 3) to an eye, in hundredths of OKLab; 2 can just be seen."""
    share = np.asarray(colors) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055)**2.4)
    seen = np.clip(linear @ np.transpose(EYES[eye]), 0, 1)
    lab = np.cbrt(seen @ np.transpose(CONES)) @ np.transpose(OKLAB)
    distance = np.linalg.norm(lab[:, None] - lab, axis=-1)
    return 100 * distance[~np.eye(len(lab), dtype=bool)].min()


@pytest.mark.parametrize('eye, least', [('all cones', 15), ('protanopia', 8.6), ('deuteranopia', 8.6),
                                        ('tritanopia', 8.6)])
def test_every_eye_tells_the_colours_apart(eye, least):
    assert nearest(COLORS, eye) > least


@pytest.mark.parametrize('eye', EYES)
def test_every_eye_tells_the_parts_of_an_object_apart(taxonomy, eye):
    palette, object_of = part_palette(taxonomy), np.array(taxonomy.object_of)
    for index in range(len(taxonomy.objects)):
        own = palette[object_of == index]
        assert len(own) == 1 or nearest(own, eye) > (11 if eye == 'all cones' else 5), taxonomy.objects[index]


def test_the_colour_of_a_class_is_the_same_whatever_else_is_asked_for(taxonomy):
    colors = dict(zip(taxonomy.object_parts, part_palette(taxonomy).tolist()))
    for names in (taxonomy.object_parts[::-1], taxonomy.object_parts[1::3], taxonomy.object_parts[-1:],
                  (*taxonomy.object_parts[:5], "teapot's spout", "unicorn's horn")):
        for name, color in zip(names, part_palette(PartTaxonomy(names)).tolist()):
            assert color == colors.get(name, color)
    alone, = part_palette(PartTaxonomy(["Teapot's Spout"])).tolist()
    assert alone == part_palette(PartTaxonomy(["cat's head", "teapot's spout"]))[1].tolist()
    assert alone == [205, 66, 175]  # in every process and version


def test_every_class_has_its_own_colour(taxonomy):
    palette = part_palette(taxonomy)
    assert palette.shape == (len(taxonomy), 3) and palette.dtype == np.uint8
    assert len(np.unique(palette, axis=0)) == len(taxonomy)


def test_words_of_ones_own_do_not_share_a_colour():
    """Parts that are known elsewhere, such as a robot's head and wheel, and such as nobody knows."""
    known = sorted({part.lower() for name in SHIPPED for part in PartTaxonomy.named(name).parts})
    for obj in ('teapot', 'robot', 'anything'):
        names = [f"{obj}'s {part}" for part in dict.fromkeys([*known, *OWN_WORDS])]
        assert len(names) > 130 and len(np.unique(part_palette(PartTaxonomy(names)), axis=0)) == len(names)
        assert nearest(part_palette(PartTaxonomy(names[-len(OWN_WORDS):])), 'all cones') > 0.9


def test_parts_of_one_object_in_several_vocabularies_have_different_colours():
    parts = {part for name in SHIPPED for part in own_parts(PartTaxonomy.named(name), 'person')}
    assert len(parts) > 14 and len({color_of_part(part) for part in parts}) == len(parts)


def own_parts(taxonomy, name):
    return [taxonomy.parts[p] for o, p in zip(taxonomy.object_of, taxonomy.part_of)
            if taxonomy.objects[o] == name]


def test_shades_say_the_object():
    """A part has one colour on every object, up to a share of another."""
    taxonomy = PartTaxonomy.named('pascal_part_116')
    for color, part in zip(part_palette(taxonomy), taxonomy.part_of):
        plain = COLORS[color_of_part(taxonomy.parts[part])]
        assert abs(color - plain).max() <= 0.15 * 215 + 0.5


def test_data_sets_have_the_colours_of_the_pictures(taxonomy, request):
    name = request.node.callspec.params['taxonomy']
    assert shipped_metainfo(name)['palette'] == part_palette(taxonomy).tolist()
    assert 'palette' not in load_metainfo(name)  # a second source


def test_one_class_alone():
    taxonomy = PartTaxonomy(["cat's head"])
    assert part_palette(taxonomy).shape == (1, 3)
    assert generalized_part_palette(taxonomy).shape == (1, 3)


def test_names_as_people_see_them():
    names = ("cat's head", 'handle')
    expected = part_palette(PartTaxonomy(["cat's head", "anything's handle"]))
    np.testing.assert_array_equal(palette_of_names(names), expected)


def test_palettes_of_objects_and_generalized_parts(taxonomy):
    objects, parts = object_palette(taxonomy), generalized_part_palette(taxonomy)
    assert len(np.unique(objects, axis=0)) == len(taxonomy.objects)
    assert len(np.unique(parts, axis=0)) == len(taxonomy.parts)
    first = PartTaxonomy([taxonomy.object_parts[0]])
    for palette, names in ((object_palette, 'objects'), (generalized_part_palette, 'parts')):
        place = getattr(taxonomy, names).index(getattr(first, names)[0])
        np.testing.assert_array_equal(palette(first)[0], palette(taxonomy)[place])
