"""mmengine's registries: a name is looked up first, and what could have it is imported only then."""
import importlib

from mmengine.registry.registry import Registry

from .gathering import complete, gathered, waiting

SCOPE = 'mmseg'  # of the registries that our components are in, which follow: the packages that have them
OURS = {
    'data sampler': ['mmpartseg.datasets'],
    'dataset': ['mmpartseg.datasets'],
    'hook': ['mmpartseg.engine.hooks', 'mmpartseg.visualization'],
    'log_processor': ['mmpartseg.engine'],
    'loop': ['mmpartseg.engine'],
    'metric': ['mmpartseg.evaluation'],
    'model': ['mmpartseg.models', 'mmpartseg.models.segmentors'],
    'optimizer wrapper constructor': ['mmpartseg.engine'],
    'task util': ['mmpartseg.models.losses'],
    'transform': ['mmpartseg.datasets.transforms'],
    'vis_backend': ['mmpartseg.visualization'],
    'visualizer': ['mmpartseg.visualization']}

# mmengine's own registries name no places: who imports its Runner has run all of these
ROOT, THEIRS = 'mmengine', ('mmengine.model', 'mmengine.optim', 'mmengine.runner')


def look_up_on_demand(after):
    """Let registries import a folder of components when a name is missing, not at the first look-up.

    ``after(name, function)`` calls the function once a module has run.
    """
    get, import_from_location = Registry.get, Registry.import_from_location

    def get_on_demand(self, key):
        if isinstance(key, str) and key not in self._module_dict:
            import_named(self, key)
        return self._module_dict[key] if key in self._module_dict else get(self, key)

    def import_all(self):
        for package in places(self):
            complete(package)
        import_from_location(self)

    def with_ours(self):
        for package in ours(self):
            complete(package)
        return self._module_dict

    Registry.get, Registry.import_from_location = get_on_demand, import_all
    Registry.module_dict = property(with_ours)
    after('mmengine.model.base_module', _know_wrappers)


def _know_wrappers():
    """torch's own wrappers of models are registered there; nobody builds them by name."""
    importlib.import_module('mmengine.model.wrappers.distributed')


def ours(registry):
    """list[str]: our packages that have components of a registry."""
    return OURS.get(registry.name, []) if registry.scope == SCOPE else []


def places(registry):
    """list[str]: packages whose import registers the components of a registry."""
    return [*ours(registry), *registry._locations]


def theirs(registry):
    """tuple[str]: packages of mmengine that register without being asked, as they name no places."""
    return THEIRS if registry.scope == ROOT else ()


def import_named(registry, key):
    """Import the module that a package gathers a name from; without one, all that could register it."""
    asked = [registry]
    while asked[-1].parent is not None:
        asked.append(asked[-1].parent)
    for each in asked:
        for package in (*places(each), *theirs(each)):
            module = importlib.import_module(package)
            if package in waiting and key in gathered(package):
                getattr(module, key)
                if key in each._module_dict:
                    return
    for each in asked:
        each.import_from_location()
        if key in each._module_dict:
            return
    for package in () if '.' in key else theirs(asked[-1]):  # a name with a scope is looked up there
        complete(package)
