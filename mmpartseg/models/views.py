"""Modules that share their weights with another and differ in a setting."""
import copy


def view_of(module):
    """A module of its own over the same parameters, buffers and children.

    What is set on it, a child included, leaves the original as it is.

    Args:
        module (nn.Module): stays as it is.

    Returns:
        nn.Module: of the same class; weights changed in place change in both.
    """
    view = copy.copy(module)
    view._modules = dict(module._modules)
    return view
