import colorsys

import numpy as np
import pytest

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import part_palette
from mmpartseg.visualization.palette import (
    even_hues,
    generalized_part_palette,
    hsv_to_rgb,
    object_palette,
    part_hues,
)

SHIPPED = ['pascal_part_116', 'ade20k_part_234', 'part_imagenet', 'part_imagenet_ood', 'part_shapes',
           'part_sketches']


@pytest.fixture(params=SHIPPED)
def taxonomy(request):
    return PartTaxonomy.named(request.param)


def hue_of(color):
    return 360 * colorsys.rgb_to_hsv(*color.tolist())[0]


def apart(hue, other):
    """Distance on the circle, in degrees."""
    return abs((hue - other + 180) % 360 - 180)


def test_every_class_has_its_own_colour(taxonomy):
    palette = part_palette(taxonomy)
    assert palette.shape == (len(taxonomy), 3) and palette.dtype == np.uint8
    assert len(np.unique(palette, axis=0)) == len(taxonomy)


def test_the_same_part_has_the_same_hue_on_every_object(taxonomy):
    palette, hues = part_palette(taxonomy), part_hues(taxonomy)
    for color, part in zip(palette, taxonomy.part_of):
        assert apart(hue_of(color), hues[part]) < 1.5  # rounding to 8 bits


def test_an_object_has_the_same_shade_up_to_its_darker_parts(taxonomy):
    palette = part_palette(taxonomy)
    shades = np.array([colorsys.rgb_to_hsv(*(c / 255))[1:] for c in palette])
    for index in range(len(taxonomy.objects)):
        own = shades[np.array(taxonomy.object_of) == index]
        assert np.ptp(own[:, 0]) < 0.02
        ratio = own[:, 1] / own[:, 1].max()
        assert np.all((np.abs(ratio - 1) < 0.01) | (np.abs(ratio - 0.75) < 0.01))


def test_hues_are_distinct_and_far_apart_within_an_object(taxonomy):
    hues = part_hues(taxonomy)
    assert np.allclose(sorted(hues), even_hues(len(taxonomy.parts)))
    for index in range(len(taxonomy.objects)):
        parts = [p for o, p in zip(taxonomy.object_of, taxonomy.part_of) if o == index]
        nearest = min((apart(hues[a], hues[b]) for a in parts for b in parts if a < b),
                      default=360)
        assert nearest > 15, taxonomy.objects[index]


def test_no_swap_of_two_hues_helps():
    taxonomy = PartTaxonomy.named('part_shapes')
    has_part = np.zeros((len(taxonomy.objects), len(taxonomy.parts)))
    has_part[list(taxonomy.object_of), list(taxonomy.part_of)] = 1
    count = len(taxonomy.parts)
    place = np.searchsorted(even_hues(count), part_hues(taxonomy))

    def energy(place):
        total = 0
        for row in has_part:
            for a in np.flatnonzero(row):
                for b in np.flatnonzero(row):
                    step = abs(place[a] - place[b])
                    total += 0 if a == b else 1 / min(step, count - step)**2
        return total

    best = energy(place)
    for a in range(count):
        for b in range(a):
            swapped = place.copy()
            swapped[[a, b]] = swapped[[b, a]]
            assert energy(swapped) > best - 1e-6


def test_the_palette_is_deterministic():
    first, second = (part_palette(PartTaxonomy.named('pascal_part_116')) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_one_class_alone():
    taxonomy = PartTaxonomy(["cat's head"])
    assert part_palette(taxonomy).shape == (1, 3)
    assert generalized_part_palette(taxonomy).shape == (1, 3)


def test_palettes_of_objects_and_generalized_parts(taxonomy):
    objects, parts = object_palette(taxonomy), generalized_part_palette(taxonomy)
    assert len(np.unique(objects, axis=0)) == len(taxonomy.objects)
    assert len(np.unique(parts, axis=0)) == len(taxonomy.parts)
    for color, hue in zip(parts, part_hues(taxonomy)):
        assert apart(hue_of(color), hue) < 1.5


def test_hsv_to_rgb_agrees_with_colorsys():
    rng = np.random.default_rng(0)
    hue, saturation, brightness = rng.uniform(0, 360, 50), *rng.uniform(0, 1, (2, 50))
    found = hsv_to_rgb(hue, saturation, brightness)
    for row, h, s, v in zip(found, hue, saturation, brightness):
        assert row.tolist() == [round(255 * c) for c in colorsys.hsv_to_rgb(h / 360, s, v)]
    assert hsv_to_rgb(120, 1, 1).tolist() == [0, 255, 0]
