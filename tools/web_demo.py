"""A web page: drop a picture, type parts, see them, download the results.

    pip install 'mmpartseg[demo]'
    python tools/web_demo.py --config C --checkpoint W
"""
import argparse
import sys
import tempfile
from pathlib import Path

from mmpartseg.apis import PartSegInferencer, read_image
from mmpartseg.apis.hover import hover_svg
from mmpartseg.apis.prediction_files import PredictionFiles, document_of
from mmpartseg.apis.vocabulary import parse_vocabulary

EXAMPLE = 'cat: head, ear, eye; person: head, hair, torso'
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
        ValueError: no picture, a vocabulary or object that :class:`PartSegInferencer` refuses.
    """
    if image is None:
        raise ValueError('drop a picture first')
    pixels = read_image(image)
    # a visitor must not read our files; of several visitors each has words of their own
    sample, = inferencer(pixels, parts=parse_vocabulary(parts), object=name.strip() or None)
    files = PredictionFiles(tempfile.mkdtemp(dir=folder))
    picture = inferencer.draw(pixels, sample)
    document = document_of(sample, 'picture', sample.words, 'polygons')
    files.write('picture', picture, sample, sample.words.palette, document)
    downloads = sorted(str(path) for path in files.folder.iterdir())
    return (picture, hover_svg(pixels, document, sample.words.palette), downloads,
            summary(document))


def summary(document):
    """One line on what was found, and one on the words that the model does not know."""
    count = len(document['parts'])
    lines = [f"{count} of {len(document['vocabulary'])} parts found"]
    lines += [f"Never seen in training: {kind} {', '.join(words)}"
              for kind, words in document['never_seen'].items() if words]
    return '. '.join(lines)


def build_page(inferencer, parts, folder):
    """The gradio page."""
    import gradio

    def click(image, words, name):
        try:
            return segment(inferencer, folder, image, words, name)
        except (ValueError, OSError) as error:
            raise gradio.Error(str(error), print_exception=False) from error

    with gradio.Blocks(title='Part segmentation') as page:
        gradio.Markdown('# Your image, your words')
        with gradio.Row():
            with gradio.Column():
                # the file itself: gradio would decode it in its own way, and drop transparency
                image = gradio.Image(type='filepath', image_mode=None, label='Picture',
                                     elem_id='picture')
                words = gradio.Textbox(parts, label='Parts', info=f'such as {EXAMPLE}')
                name = gradio.Textbox('', label='Object', info='only if it fills the picture')
                button = gradio.Button('Segment', variant='primary')
                line = gradio.Markdown(elem_id='line')
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
    with tempfile.TemporaryDirectory() as folder:
        page = build_page(inferencer, args.parts, Path(folder))
        page.launch(server_name=args.host, server_port=args.port, allowed_paths=[folder])


if __name__ == '__main__':
    try:
        main()
    except (ValueError, KeyError, OSError, ImportError) as error:
        sys.exit(f'error: {error.args[0] if isinstance(error, KeyError) else error}')
