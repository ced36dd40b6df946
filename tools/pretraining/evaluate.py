"""Score a CLIPSeg folder with stock `transformers` on drawn scenes that it was not trained on.

    python tools/pretraining/draw.py --out data/part_shapes_held_out --seed 1 --number 300
    python tools/pretraining/evaluate.py data/miniature/clipseg data/part_shapes_held_out

Prints, as JSON: how many scenes of a single object are named right among all kinds, by name and by
synonyms; and the IoU in percent of masks of whole objects (scores above one half), the mean over kinds
of intersections and unions summed over scenes, for names and for synonyms.
"""
import argparse
import json
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, help='CLIPSeg in the layout of transformers')
    parser.add_argument('scenes', type=Path, help='of tools/pretraining/draw.py, another seed')
    parser.add_argument('--side', type=int, default=128, help="pixels of CLIPSeg's pictures (default: 128; "
                        "those that CLIP names objects on are the folder's)")
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import cv2
import numpy as np
import torch
from PIL import Image
from transformers import CLIPSegForImageSegmentation, CLIPSegProcessor

from mmpartseg.datasets.shapes.kind import KINDS
from mmpartseg.datasets.shapes.scene import load_vocabulary

PROMPT = 'a picture of a {}'


def words(synonyms):
    """One word for each kind, in the order of the vocabulary: its name, or its first synonym."""
    return [KINDS[name].synonyms[0] if synonyms else name for name in load_vocabulary().objects]


def scenes(folder):
    """Iterator of (line of the list, picture, (H, W) map of kinds) of drawn scenes."""
    kinds = load_vocabulary().objects
    for line in (folder / 'scenes.jsonl').read_text().splitlines():
        scene = json.loads(line)
        instances = cv2.imread(str(folder / 'instances' / scene['file']), cv2.IMREAD_UNCHANGED)
        table = np.full(256, 255)
        table[:len(scene['things'])] = [kinds.index(thing['kind']) for thing in scene['things']]
        yield scene, Image.open(folder / 'images' / scene['file']), table[instances]


@torch.no_grad()
def name_objects(clip, processor, folder, synonyms):
    """Accuracy in percent on the scenes that show one object."""
    kinds = load_vocabulary().objects
    prompts = [PROMPT.format(word) for word in words(synonyms)]
    text = processor(text=prompts, padding=True, return_tensors='pt')
    text = clip.get_text_features(**text)
    text = getattr(text, 'pooler_output', text)
    right = []
    for scene, picture, _ in scenes(folder):
        if len(scene['things']) != 1 or scene['things'][0]['place'] is None:
            continue
        image = clip.get_image_features(**processor(images=picture, return_tensors='pt'))
        image = getattr(image, 'pooler_output', image)
        best = torch.nn.functional.cosine_similarity(image, text).argmax()
        right.append(kinds[best] == scene['things'][0]['kind'])
    return 100 * float(np.mean(right)), len(right)


@torch.no_grad()
def mask_iou(model, processor, folder, synonyms, side):
    """IoU in percent of every kind at pictures of side² pixels: (kinds,), in the vocabulary's order."""
    names = words(synonyms)
    text = processor(text=names, padding=True, return_tensors='pt')
    embeddings = model.get_conditional_embeddings(batch_size=len(names), **text)
    counts = np.zeros((2, len(names)))
    for _, picture, kinds in scenes(folder):
        pixels = processor(images=picture, size=side, return_tensors='pt')['pixel_values']
        logits = model(pixel_values=pixels.expand(len(names), -1, -1, -1),
                       conditional_embeddings=embeddings).logits
        logits = torch.nn.functional.interpolate(
            logits[:, None], kinds.shape, mode='bilinear', align_corners=False)[:, 0]
        found = (logits > 0).numpy()
        truth = kinds == np.arange(len(names))[:, None, None]
        counts += [(found & truth).sum((1, 2)), (found | truth).sum((1, 2))]
    return 100 * counts[0] / np.maximum(counts[1], 1)


def main(argv=None):
    """Print the scores."""
    args = parse_args(argv)
    processor = CLIPSegProcessor.from_pretrained(args.folder)
    model = CLIPSegForImageSegmentation.from_pretrained(args.folder, dtype=torch.float32).eval()
    unseen = [name in load_vocabulary().unseen for name in load_vocabulary().objects]
    scores = {}
    for key, synonyms in (('names', False), ('synonyms', True)):
        accuracy, number = name_objects(model.clip, processor, args.scenes, synonyms)
        iou = mask_iou(model, processor, args.scenes, synonyms, args.side)
        scores[key] = dict(
            zero_shot_accuracy=round(accuracy, 2), scenes=number, mask_iou=round(float(iou.mean()), 2),
            mask_iou_of_unseen=round(float(iou[unseen].mean()), 2))
    print(json.dumps(scores, indent=2))


if __name__ == '__main__':
    main()
