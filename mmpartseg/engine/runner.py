"""mmengine's Runner with a log that can be read."""
import logging
import re

from mmengine.runner import Runner

from ..printable import printable

CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')  # tables have line ends
HOOK = re.compile(r'\(\w+ *\) (\w+)')  # of mmengine's table: priority, name


class ShortLog(logging.Filter):
    """Takes out of a log what fills screens before the first iteration, and escape sequences from all of it.

    The config is a file in the work dir; hooks are listed once; settings of single parameters
    (``paramwise_options``), and which are frozen, follow from the config, a line for each of hundreds.
    """

    def filter(self, record):
        message = str(record.msg)
        if isinstance(record.msg, str):  # names of files and of weights, which may be anybody's
            record.msg = message = CONTROL.sub(lambda found: printable(found[0]), message)
        if message.startswith('paramwise_options -- ') or message.endswith('since its requires_grad=False'):
            return False
        if message.startswith('Config:\n'):
            record.msg = f'Config: {message.count(chr(10))} lines, in the work dir as a .py file'
        elif message.startswith('Hooks will be executed'):
            record.msg = f"Hooks: {', '.join(dict.fromkeys(HOOK.findall(message)))}"
        elif 'System environment:' in message:
            record.msg = '\n'.join(line for line in message.splitlines() if line.strip())
        return True


class PartRunner(Runner):
    """mmengine's Runner; what it logs at the start goes through :class:`ShortLog`."""

    def build_logger(self, *args, **kwargs):
        """The logger of the run."""
        logger = super().build_logger(*args, **kwargs)
        if not any(isinstance(each, ShortLog) for each in logger.filters):
            logger.addFilter(ShortLog())
        return logger
