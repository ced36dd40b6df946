"""What keyboards, clipboards and habits put between and around the names of a vocabulary."""
import re

from ..spelling import clean
from ..taxonomy import SEPARATOR

QUOTES = {'"': '"', "'": "'", '`': '`', '\u201c': '\u201d', '\u2018': '\u2019', '\u00ab': '\u00bb', '(': ')'}
AROUND = ''.join({*QUOTES, *QUOTES.values()} - {*'()'}) + '[]{} '  # of a name, or left from a list of them
LISTED = ('{', '[')  # how JSON begins
# those of Chinese and Japanese keyboards
WIDE = str.maketrans({'\uff1a': ':', '\uff0c': ',', '\u3001': ',', '\uff1b': ';', '\uff5c': '|',
                      '\uff1d': '=', '\u3002': '. ', '\u2026': '. '})
MARK = re.compile(r'^\s*(?:[-*\u2022\u2013]|\d{1,3}[.)])\s+')  # of a line in a list: "- ", "* ", "1. "
BETWEEN = re.compile(r'[;|\n]|\\n|\.+(?=\s|$)')  # the third: as typed in a shell
# what stands between an object and its parts where it should be a colon, or what is no part of any name
STRANGE = re.compile(r'[\[\]{}<>=\\/:"\u201c\u201d\u00ab\u00bb\u2192\u21d2]|\s[-\u2013\u2014]\s')
NOT_COLON = re.compile(r'\s*(?:[-=]?>|[=([{\u2192\u21d2]|\s[-\u2013\u2014]\s)\s*')
OPENING, CLOSING = re.compile(r':\s*[\[({]+'), re.compile(r'[)\]}]')


def tidied(text: str) -> str:
    """Text without comments (from ``#`` on), marks of list items, and quotes around everything."""
    lines = (MARK.sub('', line.partition('#')[0]) for line in text.translate(WIDE).splitlines())
    return unquoted('\n'.join(lines))


def unquoted(text: str) -> str:
    """Text without space and quotes around it."""
    text = text.strip()
    if len(text) < 2 or QUOTES.get(text[0]) != text[-1]:
        return text
    inside = text[1:-1]
    if text[0] in inside.replace(SEPARATOR, ''):  # they are around names, not around everything
        return text
    return unquoted(inside)


def name_in(text: str) -> str:
    """The name in a piece of text, without what is around it; '' where nothing can be read."""
    name = clean(unquoted(text)).strip(AROUND)
    return name if re.search(r'\w', name) else ''


def is_strange(name: str) -> bool:
    """Whether a name holds signs that people put between names, or half of a bracket."""
    return bool(STRANGE.search(name)) or name.count('(') != name.count(')')


def with_usual_signs(text: str) -> str:
    """The line that may be meant: colons between objects and parts, commas between parts."""
    line = NOT_COLON.sub(': ', OPENING.sub(': ', tidied(text)))
    line = re.sub('::+ *', ': ', CLOSING.sub('', line).replace('\\', ''))
    line = re.sub(r'\s*/\s*', ', ' if ':' in line else ': ', line)
    return re.sub(r'[^;|\n,]+', lambda piece: _with_one_colon(piece[0]), line)


def _with_one_colon(piece):
    """``'cat: head dog: tail'`` as two, ``'cat: head: tip'`` as two parts."""
    obj, *parts = piece.split(':')
    line = obj
    for i, part in enumerate(parts):
        *before, last = parts[i - 1].rsplit(None, 1) or ['']
        if i == 0:
            line += f':{part}'
        elif before:
            line = f'{line.rstrip().removesuffix(last).rstrip()}; {last}:{part}'
        else:
            line += f',{part}'
    return line
