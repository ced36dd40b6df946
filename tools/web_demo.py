"""A web page: drop a picture, type parts, see them, download the results.

    pip install 'mmpartseg[demo]'
    python tools/web_demo.py --config C --checkpoint W
"""
import argparse
import html
import os
import sys

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.hover import hover_svg
from mmpartseg.apis.limits import MOST_BYTES, visitors_picture, visitors_vocabulary
from mmpartseg.apis.prediction_files import PredictionFiles, document_of
from mmpartseg.apis.request_files import SECONDS, files_of_request, folder_for_requests
from mmpartseg.printable import printable

EXAMPLE = 'cat: head, ear, eye; person: head, hair, torso'
MOST_SHOWN = 20  # words that the model does not know
INSTALL = "the web page needs gradio: pip install 'mmpartseg[demo]'"


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', required=True, help='config file')
    parser.add_argument('--checkpoint', required=True, help='checkpoint file')
    parser.add_argument('--parts', default=EXAMPLE, metavar='VOCABULARY',
                        help='what the page asks for at first (%(default)s)')
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')
    parser.add_argument('--host', default='127.0.0.1', help='(%(default)s)')
    parser.add_argument('--port', type=int, default=7860, help='(%(default)s)')
    return parser.parse_args(argv)


def segment(inferencer, folder, image, parts, name):
    """What a click on the button does.

    Args:
        inferencer (PartSegInferencer): the model.
        folder (str | Path): a folder of the request's own is made in it for the downloads.
        image (str | PIL.Image.Image | None): the picture, or its file.
        parts (str): the vocabulary.
        name (str): the object that fills the picture (Oracle-Obj), or nothing (Pred-All).

    Returns:
        tuple: overlay (h, w, 3) uint8 RGB; SVG that shows names under the mouse; paths of the files
        to download; a line on what was found.

    Raises:
        ValueError: no picture, one that is too large, a vocabulary that is too long, a vocabulary or object
            that :class:`PartSegInferencer` refuses.
    """
    if image is None:
        raise ValueError('drop a picture first')
    taxonomy = visitors_vocabulary(parts)  # a visitor must not read our files
    pixels = visitors_picture(image)
    sample, = inferencer(pixels, parts=taxonomy, object=name.strip() or None)  # each has words of their own
    picture = inferencer.draw(pixels, sample)
    document = document_of(sample, 'picture', sample.words, 'polygons')
    with files_of_request(folder) as own:
        PredictionFiles(own).write('picture', picture, sample, sample.words.palette, document)
        downloads = sorted(str(path) for path in own.iterdir())
    return (picture, hover_svg(pixels, document, sample.words.palette), downloads,
            summary(document))


def summary(document):
    """One line on what was found, and one on the words that the model does not know."""
    count = len(document['parts'])
    lines = [f"{count} of {len(document['vocabulary'])} parts found"]
    lines += [f"Never seen in training: {kind} {', '.join(words[:MOST_SHOWN])}"
              + ' …' * (len(words) > MOST_SHOWN)
              for kind, words in document['never_seen'].items() if words]
    return '. '.join(lines)


def build_page(inferencer, parts, folder):
    """The gradio page."""
    import gradio

    def click(image, words, name):
        try:
            *shown, line = segment(inferencer, folder, image, words, name)
        except (ValueError, OSError, MemoryError, RuntimeError) as error:
            # a browser takes both for HTML
            raise gradio.Error(html.escape(str(error)), print_exception=False) from error
        return *shown, html.escape(line)

    with gradio.Blocks(title='Part segmentation', delete_cache=(60, SECONDS)) as page:
        gradio.Markdown('# Your image, your words')
        with gradio.Row():
            with gradio.Column():
                # the file itself: gradio would decode it in its own way, and drop transparency
                image = gradio.Image(type='filepath', image_mode=None, label='Picture',
                                     elem_id='picture')
                words = gradio.Textbox(parts, label='Parts', info=f'such as {EXAMPLE}')
                name = gradio.Textbox('', label='Object', info='only if it fills the picture')
                button = gradio.Button('Segment', variant='primary')
                line = gradio.HTML(elem_id='line')
                downloads = gradio.Files(label='Download', elem_id='downloads')
            with gradio.Column():
                overlay = gradio.Image(label='Parts', elem_id='overlay')
                hover = gradio.HTML(label='Names under the mouse', container=True, show_label=True,
                                    elem_id='hover')
        button.click(click, [image, words, name], [overlay, hover, downloads, line],
                     concurrency_limit=1, api_name='segment')
    return page


def main(argv=None):
    """Serve the page until interrupted."""
    args = parse_args(argv)
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise ImportError(INSTALL) from error
    inferencer = PartSegInferencer(args.config, args.checkpoint, args.parts, args.device)
    with folder_for_requests() as folder:
        os.environ['GRADIO_TEMP_DIR'] = str(folder)  # uploads too
        page = build_page(inferencer, args.parts, folder)
        page.launch(server_name=args.host, server_port=args.port, allowed_paths=[str(folder)],
                    max_file_size=MOST_BYTES)


if __name__ == '__main__':
    try:
        main()
    except (ValueError, KeyError, OSError, ImportError) as error:
        sys.exit(f'error: {printable(error.args[0] if isinstance(error, KeyError) else error)}')
