"""A home of the tests' own: libraries keep caches, settings and logs there, and find none of the user's."""
import atexit
import os
import shutil
import tempfile

MADE = 'MMPARTSEG_TEST_HOME'  # what it was set to
# each of them says where something lies in place of a folder at home
ELSEWHERE = (
    'HF_HOME', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_XET_CACHE', 'MMENGINE_HOME', 'MPLCONFIGDIR',
    'TORCH_HOME', 'TRITON_HOME', 'WANDB_CACHE_DIR', 'WANDB_CONFIG_DIR', 'WANDB_DATA_DIR', 'WANDB_DIR',
    'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME')


def use_temporary_home():
    """Make a home for this process and its children; it goes when the process ends. Children keep it."""
    if os.environ.get(MADE, '') == os.environ.get('HOME'):
        return
    home, owner = tempfile.mkdtemp(prefix='mmpartseg-home-'), os.getpid()

    def remove():
        if os.getpid() == owner:
            shutil.rmtree(home, ignore_errors=True)

    atexit.register(remove)
    for name in ELSEWHERE:
        os.environ.pop(name, None)
    os.environ['HOME'] = os.environ[MADE] = home
