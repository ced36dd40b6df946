"""The model zoo: what each config is, what its finished runs scored, and the files that say so."""
from .descriptions import Description, describe
from .files import outdated, zoo_files
from .records import Record, read_records
from .sources import Zoo, load_zoo

__all__ = ['Description', 'Record', 'Zoo', 'describe', 'load_zoo', 'outdated', 'read_records', 'zoo_files']
