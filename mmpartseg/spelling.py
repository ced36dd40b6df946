"""When two names are one, and how much of one is shown."""
import re

LONGEST = 200  # characters of what was given, in a message
APOSTROPHES = str.maketrans(dict.fromkeys('\u2019\u2018\u00b4`\u02bc\uff07\u2032', "'"))
OWNS = re.compile(r"(?<=\w)'S ")


def clean(text):
    """Single spaces, and the typewriter's apostrophe, before a small s."""
    return OWNS.sub("'s ", ' '.join(text.translate(APOSTROPHES).split()))


def fold(text):
    """What makes two names one to CLIP's tokenizer."""
    return clean(text).lower()


def each_once(names):
    """list[str]: names in the spelling in which each came first."""
    first = {}
    for name in names:
        first.setdefault(fold(name), name)
    return list(first.values())


def shortened(value):
    """What was given, for a message: its beginning."""
    text = repr(value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}… ({len(text)} characters)'
