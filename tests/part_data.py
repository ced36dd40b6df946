"""PartSegDataset on small archives, and its maps without any table."""
import numpy as np
from PIL import Image

from mmpartseg.datasets import PascalPart116Dataset
from mmpartseg.taxonomy import PartTaxonomy

PIPELINE = [{'type': 'LoadPartImage'}, {'type': 'LoadPartAnnotations'},
            {'type': 'PackPartSegInputs'}]
VAL = {'img_path': 'images/val', 'seg_map_path': 'annotations_detectron2_part/val',
           'object_map_path': 'annotations_detectron2_obj/val'}
WHOLE = PartTaxonomy.named('pascal_part_116')


def build(archive, **kwargs):
    return PascalPart116Dataset(data_root=str(archive.root), pipeline=PIPELINE, **kwargs)


def stems(dataset):
    paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
    return [path.rsplit('/', 1)[1][:-4] for path in paths]


def sample_maps(dataset, index):
    sample = dataset[index]['data_samples']
    return sample.gt_sem_seg.data[0].numpy(), sample.gt_object_seg.data[0].numpy()


def slow_maps(archive, split, stem, taxonomy, seen):
    """Names pixel by pixel -> ids in the given taxonomy, without any table."""
    part_name = {i: name for name, i in archive.part_id.items()}
    object_name = {i: name for name, i in archive.object_id.items()}
    parts, objects = (np.array(Image.open(archive.path(kind, split, stem))).astype(int)
                      for kind in ('part', 'obj'))
    for place, value in np.ndenumerate(parts):
        name = part_name.get(value)
        parts[place] = taxonomy.object_parts.index(name) if name in taxonomy.object_parts else 255
    for place, value in np.ndenumerate(objects):
        name = object_name.get(value)
        if name is None or (seen and name in WHOLE.unseen_objects):
            objects[place] = 255
        else:
            objects[place] = ((*taxonomy.objects, name).index(name) if name in taxonomy.objects
                              else len(taxonomy.objects))
    return parts, objects
