"""torch.distributed.run that ends on Ctrl-C and SIGTERM without a traceback, with 128 + the signal."""
import sys

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.run import main

if __name__ == '__main__':
    try:
        main()
    except SignalException as error:
        sys.exit(128 + error.sigval)
