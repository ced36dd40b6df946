"""Part codes of Pascal-Part and the words that Pascal-Part-116 merges them into.

A number at the end of a code counts (``wheel_2``) and is dropped before the lookup. The letters
in front are l and r for left and right, f and b for front and back, u and l for upper and lower,
and, in a train, h and c for its head and its coaches. An arm keeps upper and lower.
"""
CODES_OF_WORD = {
    'back': 'backside hbackside cbackside',
    'beak': 'beak',
    'body': 'body',
    'cap': 'cap',
    'chainwheel': 'chainwheel',
    'coach': 'coach',
    'door': 'door',
    'ear': 'lear rear',
    'engine': 'engine',
    'eye': 'leye reye',
    'eyebrow': 'lebrow rebrow',
    'foot': 'lfoot rfoot',
    'front': 'frontside hfrontside cfrontside',
    'hair': 'hair',
    'hand': 'lhand rhand',
    'handlebar': 'handlebar',
    'head': 'head',
    'headlight': 'headlight',
    'hoof': 'lfho rfho lbho rbho',
    'horn': 'lhorn rhorn',
    'leg': 'lleg rleg llleg luleg rlleg ruleg lfleg rfleg lbleg rbleg '
           'lfuleg lflleg rfuleg rflleg lbuleg lblleg rbuleg rblleg',
    'license plate': 'fliplate bliplate',
    'lower arm': 'llarm rlarm',
    'mirror': 'leftmirror rightmirror',
    'mouth': 'mouth',
    'muzzle': 'muzzle',
    'neck': 'neck',
    'nose': 'nose',
    'paw': 'lfpa rfpa lbpa rbpa',
    'plant': 'plant',
    'pot': 'pot',
    'roof': 'roofside hroofside croofside',
    'saddle': 'saddle',
    'screen': 'screen',
    'side': 'leftside rightside hleftside hrightside cleftside crightside',
    'stern': 'stern',
    'tail': 'tail',
    'torso': 'torso',
    'upper arm': 'luarm ruarm',
    'wheel': 'wheel fwheel bwheel',
    'window': 'window',
    'wing': 'lwing rwing',
}
WORD_OF_CODE = {code: word for word, codes in CODES_OF_WORD.items() for code in codes.split()}

# The .mat files shorten one object's name.
OBJECT_ALIASES = {'table': 'diningtable'}
