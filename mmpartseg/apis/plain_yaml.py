"""YAML as vocabularies need it: text, lists and mappings, and nothing that stands for something else."""
from collections.abc import Callable, Iterator
from typing import Any

import yaml

LOADER: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)  # libyaml's where it is there
TEXT = 'tag:yaml.org,2002:str'


def load_plain_yaml(text: str, check_keys: Callable[[list[Any]], None]) -> Any:
    """The content of a document; None if it is empty.

    It is built from the parser's events: nodes for 20,000 names would keep Python's garbage collector busy.

    Args:
        text (str): one document.
        check_keys (Callable): called with the keys of each mapping, of which YAML would keep the last of two
            equal ones.

    Raises:
        yaml.YAMLError: no YAML; several documents; a key that is no single word; or references (``*name``), a
            few lines of which could stand for any number of names.
    """
    events = yaml.parse(text, LOADER)
    next(events)  # the stream's start
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    content = _value(next(events), events, check_keys, yaml.SafeLoader(''))
    next(events)  # the document's end
    more = next(events)
    if not isinstance(more, yaml.StreamEndEvent):
        raise _error('expected a single document', more)
    return content


def _value(event: Any, events: Iterator[Any], check_keys: Callable[[list[Any]], None], scalars: Any) -> Any:
    if isinstance(event, yaml.AliasEvent):
        raise _error('references (*name) have no place in a vocabulary', event)
    if isinstance(event, yaml.ScalarEvent):
        tag = event.tag or scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == TEXT:
            return event.value
        mark: Any = event.start_mark  # libyaml's are of another class
        return scalars.construct_object(yaml.ScalarNode(tag, event.value, mark))
    if event.tag is not None:
        raise _error(f'tags ({event.tag}) have no place in a vocabulary', event)
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(each, events, check_keys, scalars) for each in _until(yaml.SequenceEndEvent, events)]
    pairs = []
    for key in _until(yaml.MappingEndEvent, events):
        if not isinstance(key, yaml.ScalarEvent) or key.value == '<<' and key.implicit[0]:
            raise _error('expected the name of an object', key)
        name = _value(key, events, check_keys, scalars)
        pairs.append((name, _value(next(events), events, check_keys, scalars)))
    check_keys([name for name, _ in pairs])
    return dict(pairs)


def _until(kind: Any, events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, kind):
            return
        yield event


def _error(message: str, event: Any) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, message, event.start_mark)
