"""``tools/benchmark.py gpu``: what a short loan of an accelerator can tell, most important first."""
