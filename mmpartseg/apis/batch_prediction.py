"""Many pictures and videos, one bad file among them or not: predicted, drawn and written."""
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..pictures import pages, read_page
from ..printable import printable
from ..visualization import FIGURE_TITLES, make_grid
from .annotations import AnnotationFiles
from .complaints import Complaints
from .drawing import attention_figure, video_size
from .explanation import Explanation
from .id_images import read_ids
from .images import is_url, read_content, read_image
from .inferencer import PartSegInferencer
from .one_picture import FIGURE_SIDE, Picture, comparison, found_in, intact, say
from .prediction import PartPrediction
from .prediction_files import PredictionFiles, document_of
from .sources import is_video
from .videos import OverlayVideo, frame_rate, video_frames

# what is wrong with one picture must not stop the others
FAILURES = (ValueError, OSError, RuntimeError, MemoryError)
STDIN = '-'


class BatchPrediction:
    """Collects pictures to batches, predicts and writes them, and reports what failed.

    Args:
        inferencer (PartSegInferencer): the model in its vocabulary.
        files (PredictionFiles): where results go.
        object (str, optional): that every picture shows: Oracle-Obj.
        object_mask, ground_truth (str, optional): an image of integers, or a folder with STEM.png
            for each picture: where the object is; part ids to draw beside the prediction.
        shapes (str, optional): see :func:`describe`.
        panels (bool): write the paper's Fig. 1 of each picture.
        attention (list[str], optional): classes whose attention is drawn (Fig. 4); an empty list is
            those found.
        batch_size (int): pictures that go through the model at a time.
        cutouts (bool): write each part found as a transparent PNG of its own.
        annotations (AnnotationFiles, optional): files for annotation tools.
        finish (Callable): what becomes of each :class:`PartPrediction` before it is drawn and written.
        instances (bool): tell apart and draw the connected regions of each object.
        refine (Sequence[str]): as of the inferencer.

    Attributes:
        written (int), failed (list[str]): how many pictures went well, and which did not.
    """

    def __init__(self, inferencer: PartSegInferencer, files: PredictionFiles, object: str | None = None,
                 object_mask: str | None = None, ground_truth: str | None = None, shapes: str | None = None,
                 panels: bool = False, attention: list[str] | None = None, batch_size: int = 1,
                 cutouts: bool = False, annotations: AnnotationFiles | None = None,
                 finish: Callable[[PartPrediction], PartPrediction] = lambda sample: sample,
                 instances: bool = False, refine: Sequence[str] = ()) -> None:
        self.inferencer, self.files, self.batch_size = inferencer, files, batch_size
        self.cutouts, self.annotations = cutouts, annotations
        self.finish, self.instances, self.refine = finish, instances, refine
        self.object, self.object_mask, self.ground_truth = object, object_mask, ground_truth
        self.shapes, self.panels, self.attention = shapes, panels, attention
        self.video: OverlayVideo | None = None
        self.waiting: list[tuple] = []
        self.failed: list[str] = []
        self.written, self.complaints = 0, Complaints()

    def add_source(self, source: str, every: int = 1, progress: Callable[[], Any] = lambda: None) -> None:
        """An image file, or each n-th frame of a video, which is done when this returns.

        Args:
            source (str): the file.
            every (int): n.
            progress (Callable): called after each picture.
        """
        self._add_source(source, every, progress)
        self.complaints.tell(source)

    def _add_source(self, source, every, progress):
        stem = 'stdin' if source == STDIN else Path(source).stem
        name = self.files.unique_name(stem)
        if not is_video(source) or is_url(source):
            self._add_pages(source, name, stem, every, progress)
            return
        self.flush()  # what waits belongs to no video
        self.video = OverlayVideo(self.files.folder / f'{name}_overlay.mp4',
                                  self.complaints.of(frame_rate, source) / every)
        try:
            self._add_frames(source, name, stem, every, progress)
            self.flush()
            self.video.close()
        finally:
            self.video.discard()
            self.video = None

    def _add_pages(self, source, name, stem, every, progress):
        """An image file, or standard input; of one that is animated, or has several pages, each n-th."""
        file, label, content = source, source, source
        if source == STDIN:
            file, label, content = None, 'standard input', sys.stdin.buffer.read()
        count = self.complaints.of(pages, content)
        if count == 1:
            self.add(Picture(label, name, stem, lambda: read_image(file) if file else read_content(
                lambda: content, 'on standard input'), file))
            progress()
            return
        for index in range(0, count, every):
            end = f'_{index:06d}'
            page_name = self.files.unique_name(f'{name}{end}')
            self.add(Picture(f'{label}, frame {index}', page_name, f'{stem}{end}',
                             lambda index=index: read_page(content, index)))
            progress()

    def _add_frames(self, source, name, stem, every, progress):
        try:
            for index, frame in self.complaints.of_each(video_frames(source, every)):
                end = f'_{index:06d}'
                frame_name = self.files.unique_name(f'{name}{end}')
                self.add(Picture(f'{source}, frame {index}', frame_name, f'{stem}{end}',
                                 lambda frame=frame: intact(frame)))
                progress()
        except FAILURES as error:
            self.report(source, error)

    def add(self, picture: Picture) -> None:
        """Read a picture; predict as soon as a batch is full."""
        try:
            image = self.complaints.of(picture.read)
            mask = read_ids(self.object_mask, picture.stem, 'object mask') if self.object_mask else None
            data = self.inferencer.prepare(image, self.object, mask, refine=self.refine)
        except FAILURES as error:
            self.report(picture.label, error)
            return
        self.waiting.append((picture, image, mask, data))
        if len(self.waiting) == self.batch_size:
            self.flush()

    def flush(self) -> None:
        """Predict and write the pictures that wait."""
        batch, self.waiting = self.waiting, []
        if batch:
            self._predict(batch)

    def _predict(self, batch):
        try:
            samples = self.inferencer.forward(self.inferencer.collate_fn([data for *_, data in batch]))
        except FAILURES as error:
            if len(batch) == 1:
                self.report(batch[0][0].label, error)
            else:
                for item in batch:  # which of them is it?
                    self._predict([item])
            return
        for (picture, image, mask, _), sample in zip(batch, samples):
            try:
                self._write(picture, image, mask, self.finish(sample))
                self.written += 1
            except FAILURES as error:
                self.report(picture.label, error)

    def _write(self, picture, image, mask, sample):
        """All files of one picture, and its frame of the video."""
        instances = sample.instances() if self.instances else None
        overlay = self.inferencer.draw(image, sample, instances)
        document = document_of(sample, picture.label, sample.words, self.shapes)
        self.files.write(picture.name, overlay, sample, sample.words.palette,
                         document if instances is None else {**document, 'instances': instances})
        say(picture, sample, instances)
        if self.video is not None:
            self._add_to_video(overlay, image)
        if self.cutouts:
            for part in sample.found:
                self.files.write_cutout(picture.name, part, sample.cutout(part))
        if self.annotations is not None:
            self.annotations.add(sample, picture.name, picture.file)
        if self.ground_truth:
            self.files.write_figure(picture.name, 'comparison',
                                    comparison(self.inferencer, self.ground_truth, picture, image, sample))
        if self.panels or self.attention is not None:
            explanation = Explanation(self.inferencer, image, self.object, mask, FIGURE_SIDE)
            if self.panels:
                self.files.write_figure(picture.name, 'panels',
                                        make_grid([explanation.panels()], FIGURE_TITLES))
            if self.attention is not None:
                names = self.attention or found_in(explanation, sample)
                self.files.write_figure(picture.name, 'attention', attention_figure(explanation, names))

    def _add_to_video(self, overlay, image):
        if self.video.writer is None:
            words = self.inferencer.words
            self.video.start(video_size(image, words.names, words.palette, words.unseen))
        self.video.add(overlay)

    def report(self, label: str, error: BaseException) -> None:
        """Say at once which file failed and why."""
        self.failed.append(label)
        print(f'\nfailed: {printable(label)}: {printable(error) or type(error).__name__}', file=sys.stderr)
