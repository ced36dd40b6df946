"""A web page: drop a picture, type parts, see them, click an object, download the results.

    pip install 'mmpartseg[demo]'
    mmpartseg demo
    python tools/web_demo.py --config C --checkpoint W
"""
import argparse
import os
import sys
from pathlib import Path

from model_options import EXAMPLE, THRESHOLD, add_model, check_model, chosen_model


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_model(parser)
    parser.add_argument('--parts', default=EXAMPLE, metavar='VOCABULARY',
                        help='what the page asks for at first (%(default)s)')
    parser.add_argument('--host', default='127.0.0.1',
                        help='%(default)s is this machine alone, 0.0.0.0 everybody who reaches it')
    parser.add_argument('--port', type=int, default=7860, help='(%(default)s)')
    args = parser.parse_args(argv)
    check_model(parser, args)
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from PIL import Image
from web_page import LOOK, build_page

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.chosen_object import chosen_object
from mmpartseg.apis.drawing import OPACITY
from mmpartseg.apis.hover import hover_svg
from mmpartseg.apis.limits import MOST_BYTES, visitors_object, visitors_picture, visitors_vocabulary
from mmpartseg.apis.prediction_files import PredictionFiles, document_of
from mmpartseg.apis.request_files import files_of_request, folder_for_requests, keep_present
from mmpartseg.apis.suggestions import hints
from mmpartseg.compat import check_device
from mmpartseg.datasets.shapes import render_scene
from mmpartseg.engine import read_config
from mmpartseg.printable import counted, printable
from mmpartseg.shipped import shipped_root

MOST_SHOWN = 20  # words of a kind
INSTALL = "the web page needs gradio 6: pip install 'mmpartseg[demo]'"
# no tunnel to the web, nothing kept of what visitors do, not in their browsers either
PRIVATE = dict(share=False, run_history=False, enable_monitoring=False, footer_links=['api', 'gradio'])
PHOTOGRAPHS = (('chelsea_mirrored.jpg', 'cat: head, ear, eye, torso'),
               ('motorcycle_left.jpg', 'handle; motorbike: wheel, headlight'))
SCENES = ((6, 'bird: head, beak, wing, torso, leg'),
          (11, 'car: body, wheel, door, window; truck: body, wheel, window'))
SCENE_SIDE = 384  # pixels


def segment(inferencer, folder, image, parts, name, threshold=THRESHOLD, opacity=OPACITY, box=None):
    """What the button, Enter, and a click on the picture do.

    Args:
        inferencer (PartSegInferencer): the model.
        folder (str | Path): a folder of the request's own is made in it for the downloads.
        image (str | PIL.Image.Image | None): the picture, or its file, after which downloads are named.
        parts (str): the vocabulary, of this call alone.
        name (str): the object that fills the picture (Oracle-Obj), or the box; or nothing (Pred-All).
        threshold (float), opacity (float): least score of a part, and how much of the picture it hides.
        box (Sequence[float], optional): chooses an object, see :func:`chosen_object`.

    Returns:
        tuple: overlay (h, w, 3) uint8 RGB; SVG of parts that know their names; paths of the files
        to download; a line on what was found.

    Raises:
        ValueError: no picture, one that is too large, a vocabulary that is too long, a vocabulary or object
            that :class:`PartSegInferencer` refuses.
    """
    if image is None:
        raise ValueError('drop a picture first')
    taxonomy, obj = visitors_vocabulary(parts), visitors_object(name)
    pixels = visitors_picture(image)
    mask, where = None, ''
    if box is not None:
        whole, = inferencer(pixels, parts=taxonomy)
        obj, mask = chosen_object(whole.label_map, taxonomy, box, obj)
        where = 'No object was found there. ' if obj is None else f'{obj}, {mask.sum()} pixels: '
    sample, = inferencer(pixels, parts=taxonomy, object=obj, threshold=threshold,
                         object_masks=None if mask is None else [mask])
    picture = inferencer.draw(pixels, sample, alpha=opacity)
    stem, file = ('picture', 'picture') if isinstance(image, Image.Image) else (
        Path(image).stem, Path(image).name)
    document = document_of(sample, file, sample.words, 'polygons')
    with files_of_request(folder) as own:
        PredictionFiles(own).write(stem, picture, sample, sample.words.palette, document)
        downloads = sorted(str(path) for path in own.iterdir())
    return (picture, hover_svg(pixels, document, sample.words.palette, opacity), downloads,
            where + summary(document, taxonomy))


def summary(document, taxonomy):
    """What was found, the words that the model does not know, and those that may be slips."""
    lines = [f"{len(document['parts'])} of {counted(len(document['vocabulary']), 'part')} found"]
    lines += [f'Never seen in training: {kind} {shortened(words)}'
              for kind, words in document['never_seen'].items() if words]
    return '. '.join(lines + hints(taxonomy))


def shortened(words):
    """The first words, and whether there are more."""
    return ', '.join(words[:MOST_SHOWN]) + ' …' * (len(words) > MOST_SHOWN)


def training_note(trained, model=None):
    """What a model was trained on, in plain text.

    Args:
        trained (PartTaxonomy | NothingSeen): of the weights, see :class:`mmpartseg.apis.words.Words`.
        model (PublishedModel, optional): its entry in the list of models.
    """
    about = model and f'Model: {model.name}, {model.summary}. Licence: {model.licence}; from {model.source}. '
    about = about or ''
    if not trained.object_parts:
        return about + 'It was trained without any parts: every word is new to it.'
    return (f"{about}It was trained on {counted(len(trained.object_parts), 'part')} of "
            f"{counted(len(trained.objects), 'object')} "
            f'({shortened(trained.objects)}): {shortened(trained.parts)}. Other words are new to it.')


def example_pictures(folder):
    """Pictures with vocabularies to begin with: photographs where a checkout has them, and drawn scenes."""
    photographs = shipped_root() / 'data' / 'sample_pascal_part' / 'images' / 'val'
    found = [[str(photographs / name), parts, ''] for name, parts in PHOTOGRAPHS
             if (photographs / name).is_file()]
    for index, parts in SCENES:
        path = Path(folder) / f'scene{index}.png'
        Image.fromarray(render_scene(0, 'val', index, SCENE_SIDE).image).save(path)
        found.append([str(path), parts, ''])
    return found


def main(argv=None):
    """Serve the page until interrupted."""
    args = parse_args(argv)
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise ImportError(INSTALL) from error
    check_device(args.device)
    config, checkpoint, model = chosen_model(args)
    inferencer = PartSegInferencer(read_config(config, args.cfg_options), checkpoint, args.parts, args.device)
    with folder_for_requests() as folder:
        os.environ['GRADIO_TEMP_DIR'] = str(folder)  # uploads too
        page = build_page(lambda *given: segment(inferencer, folder, *given), args.parts,
                          training_note(inferencer.words.trained, model), example_pictures(folder))
        keep_present(folder)
        try:
            page.launch(server_name=args.host, server_port=args.port, allowed_paths=[str(folder)], quiet=True,
                        max_file_size=MOST_BYTES, prevent_thread_lock=True, css=LOOK, **PRIVATE)
        except OSError as error:  # gradio names options of its own
            raise OSError(f'port {args.port} of {args.host} cannot be had, another program may have it: give '
                          'another with --port') from error
        print(f'The page is at http://{args.host}:{args.port}; Ctrl-C ends it', flush=True)
        page.block_thread()


if __name__ == '__main__':
    try:
        main()
    except (ValueError, KeyError, OSError, ImportError) as error:
        sys.exit(f'error: {printable(error.args[0] if isinstance(error, KeyError) else error)}')
