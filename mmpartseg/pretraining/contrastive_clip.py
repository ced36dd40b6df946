"""CLIP's own training: pictures and captions that belong together."""
import open_clip
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmseg.registry import MODELS

from ..checkpoints.read import read_checkpoint
from ..models.architectures import clip_config
from ..models.layers.linear import use_linear


@MODELS.register_module()
class ContrastiveCLIP(BaseModel):
    """open_clip's CLIP under its contrastive loss (Radford et al. 2021), for mmengine's Runner.

    Args:
        arch (dict): an open_clip configuration, see :func:`clip_config`.
        data_preprocessor (dict): mmengine's ``ImgDataPreprocessor``.
        pretrained (str, optional): an open_clip checkpoint to start from.
        trained (Sequence[str]): beginnings of the names of what learns; by default everything.
    """

    def __init__(self, arch, data_preprocessor, pretrained=None, trained=('', )):
        super().__init__(data_preprocessor)
        config = clip_config(arch)
        self.clip = use_linear(open_clip.CLIP(**config))
        if pretrained is not None:
            self.clip.load_state_dict(read_checkpoint(pretrained))
        for name, parameter in self.clip.named_parameters():
            parameter.requires_grad_(name.startswith(tuple(trained)))
        self.tokenizer = open_clip.SimpleTokenizer(context_length=config['text_cfg']['context_length'])
        self.contrastive_loss = open_clip.ClipLoss()

    def forward(self, inputs, data_samples, mode='loss'):
        """
        Args:
            inputs (Tensor): (N, 3, H, W), normalised.
            data_samples (list[str]): N captions.
            mode (str): ``loss``, or ``predict`` for whether each picture's own caption fits it best.

        Returns:
            dict[str, Tensor] | list[dict]: the loss; or N times ``dict(right=bool)``.
        """
        tokens = self.tokenizer(data_samples).to(inputs.device)
        longest = int(tokens.argmax(1).max()) + 1  # what follows the end token changes nothing
        images = F.normalize(self.clip.visual(inputs), dim=-1)
        texts = F.normalize(self.encode_text(tokens, longest), dim=-1)
        if mode == 'loss':
            return dict(loss=self.contrastive_loss(images, texts, self.clip.logit_scale.exp()))
        best = (images @ texts.T).argmax(1).tolist()
        return [dict(right=data_samples[i] == data_samples[k]) for i, k in enumerate(best)]

    def encode_text(self, tokens, longest):
        """(n, D): the text tower on the first ``longest`` tokens of each prompt."""
        clip = self.clip
        x = clip.token_embedding(tokens[:, :longest]) + clip.positional_embedding[:longest]
        x = clip.ln_final(clip.transformer(x, attn_mask=clip.attn_mask[:longest, :longest]))
        return x[range(len(x)), tokens.argmax(1)] @ clip.text_projection
