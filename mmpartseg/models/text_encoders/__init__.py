"""Text encoders: names in, embeddings out."""
from .composite_prompts import CompositePromptEncoder
from .open_clip_text import OpenCLIPTextEncoder

__all__ = ['CompositePromptEncoder', 'OpenCLIPTextEncoder']
