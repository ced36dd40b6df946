"""Videos: frames in, overlays out."""
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..atomic import put_in_place
from ..printable import counted, printable

CODEC = 'mp4v'  # MPEG-4 Part 2: what OpenCV's wheels can write on every system
USUAL_RATE = 25.0  # frames a second, where a file states none
HIGHEST_RATE = 1000
STATED_SHARE = 0.95  # headers of some formats state a few frames too many
WHITE = 255


def _opened(path: str) -> cv2.VideoCapture:
    """OpenCV would also open pipes, addresses, patterns of names and programs of GStreamer."""
    return cv2.VideoCapture(path) if os.path.isfile(path) else cv2.VideoCapture()


def count_frames(path: str) -> int:
    """Frames of a video as its header states them; 0 if it cannot be read."""
    return max(0, int(_opened(path).get(cv2.CAP_PROP_FRAME_COUNT)))


def frame_rate(path: str) -> float:
    """Frames a second as the header states them, or 25 if it does not."""
    rate = _opened(path).get(cv2.CAP_PROP_FPS)
    return rate if math.isfinite(rate) and 0 < rate <= HIGHEST_RATE else USUAL_RATE


def video_frames(path: str, every: int = 1) -> Iterator[tuple[int, np.ndarray | None]]:
    """Every n-th frame: pairs of its index and (H, W, 3) uint8 BGR, or None if it is damaged.

    Raises:
        ValueError: the file is no video that OpenCV can decode, or ends early; the latter after
            its last frame.
    """
    video = _opened(path)
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
        raise ValueError(f'video {printable(path)} cannot be read')
    if count < STATED_SHARE * stated - 1:
        raise ValueError(f"video {printable(path)} ends after {count} of "
                         f"{counted(round(stated), 'frame')}: it is damaged")


class OverlayVideo:
    """A video of overlays, without sound; it appears under its name when it is complete.

    Args:
        path (str | Path): ends in ``.mp4``.
        rate (float): frames a second.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self.path, self.rate, self.count = Path(path), rate, 0
        self.writer: Any = None
        self.temporary = self.path.with_name(f'.{self.path.stem}.{os.getpid()}.tmp.mp4')

    def start(self, size: tuple[int, int]) -> None:
        """Begin to write.

        Args:
            size (tuple[int]): (height, width) of the frames.

        Raises:
            OSError: the file cannot be written.
        """
        self.size = [side + side % 2 for side in size]  # the codec halves the colours' resolution
        self.writer = cv2.VideoWriter(str(self.temporary), cv2.VideoWriter.fourcc(*CODEC),
                                      self.rate, self.size[::-1])
        if not self.writer.isOpened():
            raise OSError(f"OpenCV cannot write the video '{self.path}' with the codec {CODEC}; "
                          'install opencv-python from the package index')

    def add(self, picture: np.ndarray) -> None:
        """One frame, (h, w, 3) uint8 RGB: cut to the size, or put on white, at the top."""
        sheet = np.full((*self.size, 3), WHITE, np.uint8)
        height, width = (min(a, b) for a, b in zip(self.size, picture.shape))
        left = (self.size[1] - width) // 2
        sheet[:height, left:left + width] = picture[:height, :width, ::-1]
        self.writer.write(sheet)
        self.count += 1

    def close(self) -> None:
        """Finish the file and put it in its place, if it was begun.

        Raises:
            OSError: not all of it could be written, of which OpenCV says nothing.
        """
        if self.writer is not None:
            self.writer.release()
            if count_frames(str(self.temporary)) != self.count:
                raise OSError(f"'{printable(self.path)}' cannot be written; is the disk full?")
            put_in_place(self.temporary, self.path)

    def discard(self) -> None:
        """Remove what is not complete."""
        if self.writer is not None:
            self.writer.release()
        self.temporary.unlink(missing_ok=True)
