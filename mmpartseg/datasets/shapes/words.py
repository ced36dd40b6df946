"""What a person would say of a scene: captions, and phrases that point at whole things."""
from collections.abc import Sequence
from typing import Any, NamedTuple

from mmpartseg.taxonomy import SEPARATOR

from .kind import KINDS
from .part import Rng
from .scene import Scene, Thing
from .world import load_vocabulary

NUMBERS = {2: 'two', 3: 'three'}
FRAMES = ('{}', 'a picture of {}', 'a drawing of {}', 'a {style} of {}', 'this shows {}', '{} {ground}')
# parts that a thing has several of
SEVERAL = ('antenna', 'arm', 'ear', 'eye', 'fin', 'headlight', 'horn', 'leaf', 'leg', 'petal', 'wheel',
           'window', 'wing')
SYNONYM = 0.3  # share of mentions that use another word than the kind's name
GROUP = 0.04  # share of descriptions that say "animal", "vehicle", …


class Phrase(NamedTuple):
    """A phrase and what it asks of a thing; None asks nothing.

    Attributes:
        text (str): the words.
        kind, color, size, side (str, optional): of the things meant; ``side`` is ``left`` or ``right``
            (half of the picture).
        part (str, optional): meant instead of the whole of these things.
        ground (str, optional): meant instead of things: what is below or above them.
    """
    text: str
    kind: str | None = None
    color: str | None = None
    size: str | None = None
    side: str | None = None
    part: str | None = None
    ground: str | None = None

    def means(self, thing: Thing) -> bool:
        """Whether a :class:`Thing` is meant, or a part of it."""
        return (self.ground is None and self.kind in (None, thing.kind) and thing.place is not None
                and all(wanted in (None, found) for wanted, found in (
                    (self.color, thing.color), (self.size, thing.size), (self.side, side_of(thing)))))


def side_of(thing: Thing) -> str | None:
    """``left`` or ``right``: the half of the picture that its centre lies in; None if hidden."""
    return None if thing.place is None else 'left' if thing.place[0] < 0.5 else 'right'


def pick(rng: Rng, options: Sequence) -> Any:
    """One of a sequence."""
    return options[int(rng.integers(len(options)))]


def article(words: str) -> str:
    """The words after "a" or "an"."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plural(noun: str) -> str:
    """Of a kind's name or synonym; the few that differ from the rule are listed."""
    irregular = {'fish': 'fish', 'sheep': 'sheep', 'goose': 'geese', 'calf': 'calves', 'knife': 'knives',
                 'cactus': 'cacti', 'ox': 'oxen', 'leaf': 'leaves', 'antenna': 'antennae'}
    stem, space, last = noun.rpartition(' ')
    if last in irregular:
        return stem + space + irregular[last]
    if last.endswith(('s', 'sh', 'ch', 'x')):
        return noun + 'es'
    return noun[:-1] + 'ies' if last[-1] == 'y' and last[-2] not in 'aeiou' else noun + 's'


def noun_for(rng: Rng, name: str) -> str:
    """A kind's name, or now and then a synonym."""
    kind = KINDS[name]
    return pick(rng, kind.synonyms) if kind.synonyms and rng.random() < SYNONYM else name


def describe(rng: Rng, thing: Thing) -> str:
    """"a small red car with two wheels and a window": some of what is known of a thing."""
    known = [thing.size, thing.pattern, thing.color]
    chances = (0.3, 0.4, 0.6)
    adjectives = [each for each, chance in zip(known, chances) if each and rng.random() < chance]
    noun = KINDS[thing.kind].group if rng.random() < GROUP else noun_for(rng, thing.kind)
    words = article(' '.join([*adjectives, noun]))
    if thing.parts and rng.random() < 0.45:
        words += ' with ' + parts_listed(rng, thing)
    return words


def parts_listed(rng: Rng, thing: Thing) -> str:
    """"a head and legs": one to three of its visible parts."""
    count = min(len(thing.parts), 1 + int(rng.integers(3)))
    names = [thing.parts[i] for i in rng.permutation(len(thing.parts))[:count]]
    return joined([plural(name) if name in SEVERAL else article(name) for name in names])


def of_parts(rng: Rng, thing: Thing) -> str:
    """"cat's head", "cat head, ear and leg" or "head, ear and leg"."""
    noun, form = noun_for(rng, thing.kind), int(rng.integers(3))
    if form == 0:
        return noun + SEPARATOR + pick(rng, thing.parts)
    return joined(list(thing.parts)) if form == 1 else f'{noun} {joined(list(thing.parts))}'


def joined(words: Sequence[str]) -> str:
    """"a, b and c"."""
    return ' and '.join([', '.join(words[:-1]), words[-1]] if len(words) > 1 else words)


def relation(rng: Rng, first: Thing, second: Thing) -> str:
    """"a dog left of a table"."""
    assert first.place and second.place  # what is hidden has no relations
    (x, y), (u, v) = first.place, second.place
    if abs(x - u) >= abs(y - v):
        word = 'left of' if x < u else 'right of'
    else:
        word = 'above' if y < v else 'below'
    return f'{describe(rng, first)} {word} {describe(rng, second)}'


def everything(rng: Rng, things: Sequence[Thing]) -> str:
    """"two cats and a red bus": all that a scene shows, kinds in a random order."""
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        groups.setdefault(thing.kind, []).append(thing)
    kinds = list(groups)
    words = []
    for i in rng.permutation(len(kinds)):
        group = groups[kinds[i]]
        words.append(describe(rng, group[0]) if len(group) == 1
                     else f'{NUMBERS[len(group)]} {plural(noun_for(rng, kinds[i]))}')
    return joined(words)


def caption(rng: Rng, scene: Scene) -> str:
    """One sentence on a scene; another draw of ``rng`` gives another one.

    Args:
        rng (numpy.random.Generator): chooses what is mentioned and how.
        scene (Scene): or anything with its ``things``, ``background`` and ``style``.

    Returns:
        str: lower case, without a full stop.
    """
    things = [thing for thing in scene.things if thing.place is not None]
    above, below, _ = scene.background
    if not things:
        return f'{below} under {above}'
    draw = rng.random()
    if draw < 0.2:  # names alone, as a vocabulary gives them
        return joined(list(dict.fromkeys(noun_for(rng, thing.kind) for thing in things)))
    if draw < 0.35:
        thing = pick(rng, things)
        if thing.parts:
            return of_parts(rng, thing)
    if draw < 0.5 and len(things) > 1:
        order = rng.permutation(len(things))
        words = relation(rng, things[order[0]], things[order[1]])
    else:
        words = everything(rng, things)
    return pick(rng, FRAMES).format(words, style=scene.style, ground=f'on {below} before {above}')


def phrases(rng: Rng, scene: Scene) -> list[Phrase]:
    """Phrases about a scene: each kind by a bare name, some things by colour, size or side, the ground.

    Parts are asked of seen objects alone, as PhraseCut's phrases, which CLIPSeg was trained on, name
    parts of some things.

    Args:
        rng, scene: as of :func:`caption`.

    Returns:
        list[Phrase]: at least one.
    """
    ground = pick(rng, scene.background[:2])
    result = [Phrase(ground, ground=ground)]
    for thing in scene.things:
        if thing.place is None:
            continue
        result.append(Phrase(noun_for(rng, thing.kind), kind=thing.kind))
        asked = pick(rng, ('color', 'size', 'side'))
        value = side_of(thing) if asked == 'side' else getattr(thing, asked)
        if value is not None:
            noun = noun_for(rng, thing.kind)
            text = f'{noun} on the {value}' if asked == 'side' else f'{value} {noun}'
            result.append(Phrase(text, kind=thing.kind)._replace(**{asked: value}))
        if thing.parts and thing.kind in load_vocabulary().seen:
            noun, part = noun_for(rng, thing.kind), pick(rng, thing.parts)
            result.append(Phrase(noun + pick(rng, (SEPARATOR, ' ')) + part, kind=thing.kind, part=part))
    return result
