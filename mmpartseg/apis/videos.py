"""Videos: frames in, overlays out."""
import math
import os
from pathlib import Path

import cv2
import numpy as np

from ..atomic import put_in_place

CODEC = 'mp4v'  # MPEG-4 Part 2: what OpenCV's wheels can write on every system
USUAL_RATE = 25.0  # frames a second, where a file states none
HIGHEST_RATE = 1000
STATED_SHARE = 0.95  # headers of some formats state a few frames too many
WHITE = 255


def count_frames(path):
    """Frames of a video as its header states them; 0 if it cannot be read."""
    return max(0, int(cv2.VideoCapture(path).get(cv2.CAP_PROP_FRAME_COUNT)))


def frame_rate(path):
    """Frames a second as the header states them, or 25 if it does not."""
    rate = cv2.VideoCapture(path).get(cv2.CAP_PROP_FPS)
    return rate if math.isfinite(rate) and 0 < rate <= HIGHEST_RATE else USUAL_RATE


def video_frames(path, every=1):
    """Every n-th frame: pairs of its index and (H, W, 3) uint8 BGR, or None if it is damaged.

    Raises:
        ValueError: the file is no video that OpenCV can decode, or ends early; the latter after
            its last frame.
    """
    video = cv2.VideoCapture(path)
    count = 0
    try:
        while video.grab():
            if count % every == 0:
                done, frame = video.retrieve()
                yield count, frame if done else None
            count += 1
        stated = video.get(cv2.CAP_PROP_FRAME_COUNT)
    finally:
        video.release()
    if count == 0:
        raise ValueError(f'video {path} cannot be read')
    if count < STATED_SHARE * stated - 1:
        raise ValueError(f'video {path} ends after {count} of {stated:.0f} frames: it is damaged')


class OverlayVideo:
    """A video of overlays, without sound; it appears under its name when it is complete.

    Args:
        path (str | Path): ends in ``.mp4``.
        rate (float): frames a second.
    """

    def __init__(self, path, rate):
        self.path, self.rate, self.writer = Path(path), rate, None
        self.temporary = self.path.with_name(f'.{self.path.stem}.{os.getpid()}.tmp.mp4')

    def start(self, size):
        """Begin to write.

        Args:
            size (tuple[int]): (height, width) of the frames.

        Raises:
            OSError: the file cannot be written.
        """
        self.size = [side + side % 2 for side in size]  # the codec halves the colours' resolution
        self.writer = cv2.VideoWriter(str(self.temporary), cv2.VideoWriter_fourcc(*CODEC),
                                      self.rate, self.size[::-1])
        if not self.writer.isOpened():
            raise OSError(f"OpenCV cannot write the video '{self.path}' with the codec {CODEC}; "
                          'install opencv-python from the package index')

    def add(self, picture):
        """One frame, (h, w, 3) uint8 RGB: cut to the size, or put on white, at the top."""
        sheet = np.full((*self.size, 3), WHITE, np.uint8)
        height, width = (min(a, b) for a, b in zip(self.size, picture.shape))
        left = (self.size[1] - width) // 2
        sheet[:height, left:left + width] = picture[:height, :width, ::-1]
        self.writer.write(sheet)

    def close(self):
        """Finish the file and put it in its place, if it was begun."""
        if self.writer is not None:
            self.writer.release()
            put_in_place(self.temporary, self.path)

    def discard(self):
        """Remove what is not complete."""
        if self.writer is not None:
            self.writer.release()
        self.temporary.unlink(missing_ok=True)
