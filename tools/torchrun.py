"""torch.distributed.run that ends on Ctrl-C and SIGTERM without a traceback, with 128 + the signal.

usage: torchrun.py [options of torchrun] SCRIPT [arguments of SCRIPT]

`torchrun --help` lists the options; tools/dist_train.sh and tools/dist_test.sh call it.
"""
import sys

if __name__ == '__main__' and sys.argv[1:2] in (['-h'], ['--help']):  # before the slow imports
    what, usage, more = __doc__.strip().split('\n\n')
    print(usage, what, more, sep='\n\n')
    sys.exit()

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.run import main

if __name__ == '__main__':
    try:
        main()
    except SignalException as error:
        sys.exit(128 + error.sigval)
