"""The page of web_demo.py: what is where, and what happens in the browser."""
import html
import secrets
from pathlib import Path

from model_options import EXAMPLE, THRESHOLD

from mmpartseg.apis.drawing import OPACITY
from mmpartseg.apis.request_files import SECONDS

TITLE = 'Your image, your words'
CLICK_HELP = ('Point at a part for its name. Click an object, or draw a box: it alone is segmented (Oracle-'
              'Obj). On a phone, tap, or begin a box sideways. Segment shows the whole picture again.')
STYLE = """
.shown { position: relative; touch-action: pan-y; user-select: none; cursor: crosshair; }
.tip { position: absolute; padding: 1px 6px; border-radius: 4px; background: #000c; color: #fff;
       pointer-events: none; white-space: nowrap; z-index: 2; }
.tip:empty { display: none; }
.frame { position: absolute; border: 2px dashed #fff; outline: 1px solid #000; pointer-events: none;
         z-index: 1; }
"""
LOOK = '#picture img, #overlay img { max-height: 70vh; }'  # of the whole page: tall pictures leave room
TEMPLATE = """<div class="shown"><div>${value}</div>
<div class="frame" hidden></div><div class="tip"></div></div>"""
# names are set as text, never as HTML; positions are those of the image
SCRIPT = """
const FAR = 6;  // pixels on the screen: less is a click
let start = null, last = null;
const find = name => element.querySelector(name);
const onScreen = () => find('.shown svg').getScreenCTM();
const at = e => {
  const point = new DOMPoint(e.clientX, e.clientY).matrixTransform(onScreen().inverse());
  return [point.x, point.y];
};
const place = e => {
  const corner = find('.shown').getBoundingClientRect();
  return [e.clientX - corner.left, e.clientY - corner.top, corner.width];
};
const tell = e => {
  last = at(e);
  const tip = find('.tip'), [x, y, width] = place(e);
  // also below what gradio lays over it while it waits
  const part = document.elementsFromPoint(e.clientX, e.clientY).map(e => e.closest('.part')).find(Boolean);
  tip.textContent = part && element.contains(part) ? part.dataset.name : '';
  tip.style.top = `${y + 14}px`;
  tip.style.left = x < width / 2 ? `${x + 10}px` : 'auto';
  tip.style.right = x < width / 2 ? 'auto' : `${width - x + 10}px`;
};
const drag = e => {
  const frame = find('.frame'), [x, y] = place(e);
  frame.hidden = Math.hypot(x - start.x, y - start.y) < FAR;
  Object.assign(frame.style, {
    left: `${Math.min(x, start.x)}px`, top: `${Math.min(y, start.y)}px`,
    width: `${Math.abs(x - start.x)}px`, height: `${Math.abs(y - start.y)}px`});
};
element.addEventListener('pointerdown', e => {
  if (e.button !== 0 || !e.target.closest('.shown svg')) return;
  const [x, y] = place(e);
  start = {x, y, point: at(e)};
  tell(e);
});
element.addEventListener('pointermove', e => {
  if (!find('.shown svg')) return;
  if (start) drag(e);
  tell(e);
});
window.addEventListener('pointerup', e => {
  if (!start || !find('.shown svg')) return;
  const [x, y] = place(e), near = Math.hypot(x - start.x, y - start.y) < FAR;
  trigger('choose', {box: [...start.point, ...(near ? start.point : at(e))]});
  start = null;
  find('.frame').hidden = true;
});
window.addEventListener('pointercancel', () => { start = null; find('.frame').hidden = true; });
element.addEventListener('pointerleave', e => {
  if (e.pointerType !== 'mouse') return;
  last = null;
  find('.tip').textContent = '';
});
element.addEventListener('dragstart', e => e.preventDefault());
document.addEventListener('keydown', e => {  // a number is taken when its field is left
  if (e.key === 'Enter' && e.target.matches('input[type=number]')) e.target.blur();
});
watch('value', () => {  // another part may be there now, and the picture elsewhere on the screen
  if (!last || !find('.shown svg')) return;
  const point = new DOMPoint(...last).matrixTransform(onScreen());
  tell({clientX: point.x, clientY: point.y});
});
"""


def build_page(segment, parts, note, examples):
    """The gradio page.

    Args:
        segment (Callable): of picture file, vocabulary, object, threshold, opacity and box; see
            ``web_demo.segment`` for what it returns and raises.
        parts (str): the vocabulary at first.
        note (str): plain text on the model.
        examples (list[list]): picture file, vocabulary and object each.
    """
    import gradio
    with gradio.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(60, SECONDS)) as page:
        gradio.Markdown(f'# {TITLE}')
        with gradio.Row():
            with gradio.Column():
                image = gradio.Image(type='filepath', image_mode=None, label='Picture',
                                     elem_id='picture')
                # the file itself: gradio would decode it in its own way, and say "Error" where it cannot
                image.preprocess = lambda payload: payload and payload.path
                words = gradio.Textbox(parts, label='Parts', info=f'such as {EXAMPLE}; or handle, wheel')
                name = gradio.Textbox('', label='Object', info='only if it fills the picture, or a box')
                threshold = gradio.Slider(0, 1, THRESHOLD, label='Threshold', info='least score of a part')
                opacity = gradio.Slider(0, 1, OPACITY, label='Opacity')
                button = gradio.Button('Segment', variant='primary')
                line = gradio.HTML(elem_id='line')
            with gradio.Column():
                hover = gradio.HTML(label='Click an object', container=True, show_label=True, padding=True,
                                    min_height=200, elem_id='hover', html_template=TEMPLATE,
                                    css_template=STYLE, js_on_load=SCRIPT)
                gradio.Markdown(CLICK_HELP)
                overlay = gradio.Image(label='Parts', elem_id='overlay', interactive=False)
                downloads = gradio.Files(label='Download', elem_id='downloads', interactive=False)
        gradio.Examples(examples, [image, words, name], elem_id='examples')
        gradio.HTML(html.escape(note), elem_id='note')
        answered = gradio.Textbox(visible='hidden', label='Picture that is answered')
        chosen = gradio.State((None, None))
        connect(gradio, segment, button, [image, words, name, threshold, opacity],
                hover, [overlay, hover, downloads, line, answered, chosen])
    return page


def connect(gradio, segment, button, given, hover, outputs):
    """What happens when: each call has all that it needs, so that visitors do not meet."""
    image, words, name, threshold, opacity = given
    *shown, answered, chosen = outputs

    def answer(*given):
        picture, box = given[0], given[-1]
        # the token lets the browser see every answer
        which = f"{secrets.token_hex(8)} {'/'.join(Path(picture or '').parts[-2:])}"
        try:
            *found, text = segment(*given)
        except (ValueError, OSError, MemoryError, RuntimeError) as error:
            text = html.escape(str(error))  # a browser takes it for HTML
            yield *CLEARED, text, which, (picture, None)
            raise gradio.Error(text, print_exception=False) from error
        yield *found, html.escape(text), which, (picture, box)

    def whole(*given):
        yield from answer(*given, None)

    def one_object(image, words, name, threshold, opacity, event: gradio.EventData):
        yield from answer(image, words, name, threshold, opacity, event.box)

    def again(image, words, name, threshold, opacity, answered, chosen):
        if image is None:  # nothing to show anew
            return
        picture, box = chosen
        same = answered and picture == image  # else another came between
        yield from answer(image, words, name, threshold, opacity, box if same else None)

    # one at a time: a model fills the machine
    private = dict(api_visibility='private')  # for what is done in the browser alone
    # what is asked while a call runs comes after it
    how = dict(outputs=outputs, concurrency_limit=1, concurrency_id='model', show_progress_on=hover,
               trigger_mode='always_last')
    events = [
        gradio.on([button.click, words.submit, name.submit], whole, given, api_name='segment', **how),
        hover.choose(one_object, given, **private, **how),
        gradio.on([threshold.release, opacity.release], again, [*given, answered, chosen], **private, **how)]
    # in the browser, at once: an answer of the server that is late would take what was asked for since
    image.change(None, cancels=events)
    image.change(None, None, [*shown, answered], js=CLEAR, **private)
    # of two calls that wait, gradio cancels one; what answers another picture than the present one is cleared
    answered.change(None, [image, answered], [*shown, answered], js=CLEAR_OTHERS, **private)


CLEARED = (None, '', None)  # picture, parts to point at, downloads
CLEAR = "() => [null, '', null, '', '']"  # and the line, and which picture it is about
# a picture is told by its file and the folder that gradio names after its content
CLEAR_OTHERS = f"""(image, answered) =>
    answered.endsWith(' ' + (image?.path ?? '').split(/[\\\\/]/).slice(-2).join('/'))
    ? Array(5).fill({{__type__: 'update'}}) : ({CLEAR})()"""
