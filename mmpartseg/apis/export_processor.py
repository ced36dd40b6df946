"""What a stock ``transformers`` needs to feed an exported model: image processor, tokenizer, prompts."""
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..atomic import write_atomic
from ..checkpoints.processor_files import image_processor_file, tokenizer_files

USAGE = '''# What feeds {name}

```python
import onnxruntime
from transformers import {processor}
processor = {processor}.from_pretrained(FOLDER)  # this one
image = processor(images=picture, return_tensors='np')['pixel_values'].astype('float32')
label_map = onnxruntime.InferenceSession(FILE).run(['label_map'], dict(image=image))[0]
```

The pixels that {name} takes are RGB, 0 to 255, at {height}x{width}; it normalises them itself. Its words are
fixed: `prompts.json` has the `classes`, whose places are the ids of the label map (their number is
background), the `prompts` that were encoded for them, in this order, and the `templates` that stood around
each. {words}
'''
CLIP_WORDS = 'The tokenizer is the one that read them.'
OTHER_WORDS = "The tokenizer that read them is not CLIP's, and is not here."


def write_processor(folder: str | Path, name: str, size: Sequence[int], model: Any) -> None:
    """Write the files beside an exported model.

    Args:
        folder (str | Path): made if missing; files of an earlier export are replaced.
        name (str): of the exported file.
        size (tuple[int, int]): (H, W) that it takes.
        model (PartSegmentor): in the exported vocabulary.
    """
    encoder, taxonomy = model.decode_head.text_encoder, model.taxonomy
    clip = hasattr(encoder.tokenizer, 'encode')  # of open_clip's SimpleTokenizer alone
    prompts = dict(classes=taxonomy.object_parts, prompts=model.decode_head.prompts(taxonomy),
                   templates=encoder.templates)
    files = {**image_processor_file(size, do_rescale=False, do_normalize=False),
             **(tokenizer_files(encoder.tokenizer.context_length) if clip else {}),
             'prompts.json': json.dumps(prompts, indent=2, ensure_ascii=False),
             'README.md': USAGE.format(
                 name=name, height=size[0], width=size[1], words=CLIP_WORDS if clip else OTHER_WORDS,
                 processor='CLIPSegProcessor' if clip else 'ViTImageProcessor')}
    for file, text in files.items():
        write_atomic(Path(folder) / file, text.encode())
