"""``python -m mmpartseg``."""
import sys

try:
    from .command_line import main
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit('\nstopped')
