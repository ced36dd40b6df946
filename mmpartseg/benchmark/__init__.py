"""Time, memory and operations of models, metric and data, and other ways to compute the same beside them."""
