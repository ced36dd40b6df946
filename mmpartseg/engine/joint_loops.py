"""Evaluation on several data sets in turn, each in its own vocabulary."""
from mmengine.runner import BaseLoop, TestLoop, ValLoop
from mmseg.registry import LOOPS

from ..printable import counted
from ..taxonomy import PartTaxonomy
from .hooks.taxonomy_check_hook import check_classes, segmentor_of


class JointLoop(BaseLoop):
    """Runs a model on each member of a ``ConcatDataset`` with that member's classes.

    Before a member's images the model's test vocabulary becomes the member's ``taxonomy``; at the
    end it is again what it was. To hooks it is one epoch, with the scores of all members. Members that
    follow each other and show the same pictures take turns at each batch, so that the model looks at it
    once.

    Args:
        runner (Runner): the runner.
        dataloader (dict): config whose ``dataset`` has ``datasets``, the members.
        evaluator (list[dict]): one for each member, with a ``prefix`` of its own.
        fp16 (bool): automatic mixed precision.

    Raises:
        ValueError: no members, another number of evaluators, or two with one prefix.
    """

    def __init__(self, runner, dataloader, evaluator, fp16=False):
        members = dataloader['dataset'].get('datasets')
        evaluators = evaluator if isinstance(evaluator, list) else [evaluator]
        if not members or len(members) != len(evaluators):
            raise ValueError(f'{type(self).__name__} takes a ConcatDataset and one evaluator for each of '
                             f"its members; got {counted(len(members or ()), 'member')} and "
                             f"{counted(len(evaluators), 'evaluator')}")
        prefixes = [each.get('prefix') for each in evaluators]
        if len(set(prefixes)) < len(prefixes):
            raise ValueError(f'the evaluators of {type(self).__name__} need a prefix of their own each, '
                             f'got {prefixes}')
        self.members = [self.MEMBER(runner, dict(dataloader, dataset=dataset), each, fp16)
                        for dataset, each in zip(members, evaluators)]
        super().__init__(runner, self.members[0].dataloader)

    def run(self):
        """The scores of all members, by prefix."""
        call_hook, stage = self.runner.call_hook, self.STAGE
        for member in self.members:  # each may itself be joined of several
            dataset = member.dataloader.dataset
            check_classes(PartTaxonomy.build(dataset.metainfo['taxonomy']).object_parts, dataset,
                          'the taxonomy of a member', f'{stage}_dataloader')
        model = segmentor_of(self.runner)
        before, metrics = model.taxonomy, {}
        try:
            self._turn_to(self.members[0], model)
            call_hook(f'before_{stage}')
            call_hook(f'before_{stage}_epoch')
            self.runner.model.eval()
            for group in together(self.members):
                for i, batches in enumerate(zip(*(member.dataloader for member in group))):
                    for member, batch in zip(group, batches):
                        if self.dataloader is not member.dataloader:
                            self._turn_to(member, model)
                        member.run_iter(i, batch)
                for member in group:
                    metrics.update(member.evaluator.evaluate(len(member.dataloader.dataset)))
            call_hook(f'after_{stage}_epoch', metrics=metrics)
            call_hook(f'after_{stage}')
        finally:
            model.set_taxonomy(before)
        return metrics

    def _turn_to(self, member, model):
        meta = member.dataloader.dataset.metainfo
        self.dataloader = member.dataloader  # what hooks ask the loop for
        self.runner.visualizer.dataset_meta = meta
        model.set_taxonomy(PartTaxonomy.build(meta['taxonomy']))


def together(members):
    """Members in lists: those that show the same pictures in the same batches side by side."""
    groups = []
    for member in members:
        if groups and pictures(groups[-1][0]) == pictures(member):
            groups[-1].append(member)
        else:
            groups.append([member])
    return groups


def pictures(member):
    """The files of a member's pictures, and how many are in a batch."""
    loader, dataset = member.dataloader, member.dataloader.dataset
    return loader.batch_size, [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]


@LOOPS.register_module()
class JointValLoop(JointLoop):
    """:class:`JointLoop` for validation."""
    STAGE, MEMBER = 'val', ValLoop


@LOOPS.register_module()
class JointTestLoop(JointLoop):
    """:class:`JointLoop` for testing."""
    STAGE, MEMBER = 'test', TestLoop
