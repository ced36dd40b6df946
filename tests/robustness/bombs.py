"""Files that somebody made on purpose: programs in them, and a few bytes that stand for many."""
import json
import os
import pickle
import struct
import zipfile
import zlib

import numpy as np
import torch
from mmengine.runner import CheckpointLoader
from PIL import Image
from scipy.io import savemat

from mmpartseg.apis import read_vocabulary
from mmpartseg.apis.images import read_image
from mmpartseg.apis.videos import video_frames
from mmpartseg.checkpoints import read_checkpoint
from mmpartseg.checkpoints.local import load_from_local
from mmpartseg.checkpoints.npz_files import check_npz
from mmpartseg.datasets.file_lists import read_names
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.datasets.preparation.files import image_size
from mmpartseg.datasets.preparation.instances import load_instances
from mmpartseg.datasets.preparation.painting import decode_instances
from mmpartseg.datasets.preparation.pascal_part_files import read_annotation
from mmpartseg.datasets.transforms import LoadPartImage
from mmpartseg.engine import read_config
from mmpartseg.evaluation.counts_file import load_counts
from mmpartseg.taxonomy import load_metainfo

from .files import Kind

HUGE = 60_000  # pixels a side
EPS = b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n'


class Payload:
    def __reduce__(self):
        return os.system, ('true', )


class Grown:
    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


def _png(path):
    """A whole PNG of zeros, 1 bit a pixel: 440 kB."""
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    packer, rows = zlib.compressobj(9), bytes((HUGE // 8 + 1) * 1000)
    data = b''.join(packer.compress(rows) for _ in range(HUGE // 1000)) + packer.flush()
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', HUGE, HUGE, 1, 0, 0, 0, 0))
                     + chunk(b'IDAT', data) + chunk(b'IEND', b''))


def _gif(path):
    Image.new('P', (9, 9)).save(path)
    data = bytearray(path.read_bytes())
    data[6:10] = struct.pack('<HH', HUGE, HUGE)  # the screen
    path.write_bytes(data)


def _packed(path):
    """A checkpoint of 80 MB of zeros in 80 kB."""
    torch.save(dict(a=torch.zeros(10**6)), path)
    with zipfile.ZipFile(path) as plain:
        entries = {name: plain.read(name) for name in plain.namelist()}
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data * 20 if name.endswith('data/0') else data)


def _npz(path):
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file, file.open(
            'a.npy', 'w', force_zip64=True) as out:
        np.lib.format.write_array_header_1_0(out, dict(descr='|u1', fortran_order=False, shape=(5 * 2**28, )))
        for _ in range(5 * 2**8):
            out.write(bytes(2**20))


def _laughs(path):
    lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    lines += [f'a{i}: &a{i} [{", ".join([f"*a{i - 1}"] * 10)}]' for i in range(1, 10)]
    path.write_text('\n'.join(lines))


def _laughs_pth(path):
    """Dictionaries that hold the one before twice, forty deep."""
    content = dict(a=torch.ones(1))
    for _ in range(40):
        content = dict(a=content, b=content)
    torch.save(content, path)


def _circle(path):
    content = dict(state_dict={})
    content['meta'] = content
    torch.save(content, path)


def _nested(path):
    torch.save(dict(a=torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged)), path)


def _npz_of_weights(path):
    np.savez_compressed(path, a=np.zeros(2**28, np.uint8))


def _device(path):
    path.symlink_to('/dev/zero')


def _own_base(path):
    path.write_text(f"_base_ = ['./{path.name}']")


def _coco(path):
    path.write_text(json.dumps(dict(
        images=[dict(id=0, file_name='0.jpg', height=10**6, width=10**6)],
        annotations=[dict(id=0, image_id=0, category_id=0, segmentation=[[0, 0, 9, 0, 9, 9]])])))


def _paint(path):
    for image in load_instances(path, ['a'])[0]:
        decode_instances(image.instances, (image.height, image.width))


def _read_link(path):
    return CheckpointLoader.load_checkpoint(f'clipseg://{path.parent}')


def _text(content):
    return lambda path: path.write_text(content)


def _saved(content):
    return lambda path: torch.save(content, path)


BOMBS = [
    Kind('pickle.pth', _saved(dict(state_dict=Payload())), read_checkpoint),
    Kind('plain.pth', lambda p: p.write_bytes(pickle.dumps(Payload())), read_checkpoint),
    Kind('old.pth', lambda p: torch.save(dict(a=Payload()), p, _use_new_zipfile_serialization=False),
         read_checkpoint),
    Kind('pytorch_model.bin', _saved(dict(a=Payload())), _read_link),
    Kind('laughs.pth', _laughs_pth, load_from_local),
    Kind('circle.pth', _circle, load_from_local),
    Kind('sparse.pth', lambda p: torch.save(dict(a=torch.eye(3).to_sparse()), p), load_from_local),
    Kind('nested.pth', _nested, load_from_local),
    Kind('meta.pth', _saved(dict(a=torch.empty(2**40, device='meta'))), load_from_local),
    Kind('numbers.pth', _saved({1: torch.ones(2)}), load_from_local),
    Kind('weights.npz', _npz_of_weights, lambda p: check_npz(str(p))),
    Kind('script.pt', lambda p: torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), p), read_checkpoint),
    Kind('packed.pth', _packed, read_checkpoint),
    Kind('bytearray.pth', _saved(dict(a=Grown(bytearray, 4 * 2**30))), read_checkpoint),
    Kind('expanded.pth', _saved(dict(a=torch.zeros(1).expand(10**6, 10**6))), read_checkpoint),
    Kind('objects.npz', lambda p: np.savez(p, a=np.array([Payload()], dtype=object)), load_counts),
    Kind('packed.npz', _npz, load_counts),
    Kind('wide.png', _png, lambda p: read_image(str(p))),
    Kind('labels.png', _png, lambda p: read_label_map(str(p))),
    Kind('screen.gif', _gif, lambda p: read_image(str(p))),
    Kind('eps.png', lambda p: p.write_bytes(EPS), lambda p: read_image(str(p))),
    Kind('eps_labels.png', lambda p: p.write_bytes(EPS), lambda p: read_label_map(str(p))),
    Kind('pipe.png', os.mkfifo, lambda p: read_image(str(p))),
    Kind('device.png', _device, lambda p: read_image(str(p))),
    Kind('pipe_photo.png', os.mkfifo, lambda p: LoadPartImage().transform(dict(img_path=str(p)))),
    Kind('pipe_labels.png', os.mkfifo, lambda p: read_label_map(str(p))),
    Kind('device_labels.png', _device, lambda p: read_label_map(str(p))),
    Kind('pipe.jpg', os.mkfifo, image_size),
    Kind('pipe.mp4', os.mkfifo, lambda p: next(video_frames(str(p)))),
    Kind('packed.mat', lambda p: savemat(p, {'anno': np.zeros(2**29, np.uint8)}, do_compression=True),
         lambda p: read_annotation(p, (9, 9), load_metainfo('pascal_part_116'))),
    Kind('laughs.yaml', _laughs, read_vocabulary),
    Kind('deep.yaml', _text('[' * 10**6), read_vocabulary),
    Kind('deep.json', _text('[' * 10**6), read_vocabulary),
    Kind('python.yaml', _text('a: !!python/object/apply:os.system [true]'), read_vocabulary),
    Kind('deep.txt', _text('[' * 10**5), read_vocabulary),
    Kind('nested.txt', _text('[' * 500 + '"cat: head"' + ']' * 500), read_vocabulary),
    Kind('escape.json', _text('{"object_parts": ["cat\'s he\\u001b[2Jad"]}'), read_vocabulary),
    Kind('deep_list.json', _text('[' * 10**6), lambda p: read_names(str(p))),
    Kind('utf16.txt', lambda p: p.write_bytes('cat: head'.encode('utf-16')), read_vocabulary),
    Kind('deep_coco.json', _text('{"a":' * 10**6), lambda p: load_instances(p, ['a'])),
    Kind('huge_coco.json', _coco, _paint),
    Kind('own_base.py', _own_base, lambda p: read_config(str(p), {})),
    Kind('base_of_number.py', _text('_base_ = [1]'), lambda p: read_config(str(p), {})),
    Kind('exit.py', _text('raise SystemExit(3)'), lambda p: read_config(str(p), {})),
    Kind('pipe.py', os.mkfifo, lambda p: read_config(str(p), {})),
    Kind('deep.py', _text('a = ' + '[' * 10**5), lambda p: read_config(str(p), {})),
    Kind('latin1.py', lambda p: p.write_bytes('a = "é"'.encode('latin-1')),
         lambda p: read_config(str(p), {})),
    Kind('syntax.py', _text('a = (1,\nb = 2'), lambda p: read_config(str(p), {})),
    Kind('name.py', _text('a = b'), lambda p: read_config(str(p), {})),
    Kind('escape\x1b[2J\n.png', _text('no picture'), lambda p: read_image(str(p))),
    Kind('escape\x1b[2J\n.pth', _text('no checkpoint'), read_checkpoint),
]
