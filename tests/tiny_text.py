"""Tokenizers and models of transformers at a size for tests, as folders that open_clip reads."""
import string

from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoConfig, PreTrainedTokenizerFast

CHARACTERS = [*string.ascii_lowercase, "'"]
SPECIAL = dict(pad_token='<pad>', bos_token='<s>', eos_token='</s>', unk_token='<unk>', cls_token='<cls>')
SMALL = dict(
    bert=dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
              max_position_embeddings=40),
    mt5=dict(d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2),
    m2m_100=dict(d_model=16, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=32,
                 decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=32, max_position_embeddings=40))
SMALL.update({'roberta': SMALL['bert'], 'xlm-roberta': SMALL['bert']})


def tokenizer_folder(folder, template='<s> $A </s>', pad_id=1, **options):
    """One token a letter; special tokens as the template has them."""
    specials = [*SPECIAL.values()]
    specials.insert(pad_id, specials.pop(0))
    vocabulary = {token: i for i, token in enumerate([*specials, *CHARACTERS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split('', 'isolated')])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(token, i) for token, i in vocabulary.items() if len(token) > 1])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **SPECIAL, **options).save_pretrained(folder)
    return vocabulary


def text_folder(folder, kind):
    """A model's configuration and a tokenizer; the arguments of open_clip's ``text_cfg``."""
    vocabulary = tokenizer_folder(folder, pad_id=0 if kind in ('bert', 'mt5') else 1)
    ids = {f'{name}_token_id': vocabulary[SPECIAL[f'{name}_token']] for name in ('pad', 'eos', 'bos')}
    AutoConfig.for_model(kind, vocab_size=len(vocabulary), **ids, **SMALL[kind]).save_pretrained(folder)
    pooler = 'cls_pooler' if kind in ('bert', 'm2m_100') else 'mean_pooler'
    return dict(hf_model_name=str(folder), hf_tokenizer_name=str(folder), hf_proj_type='linear',
                hf_pooler_type=pooler, context_length=20)
