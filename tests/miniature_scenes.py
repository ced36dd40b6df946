"""What the miniature archives show: objects and parts as boxes, by split and stem."""
PASCAL_SCENES = {
    'train': {
        '2008_000001': [('cat', (4, 4, 40, 40), [('torso', (16, 4, 40, 40)),
                                                 ('head', (4, 4, 16, 20)),
                                                 ('eye', (8, 6, 10, 9))])],
        '2008_000002': [('dog', (10, 20, 44, 60), [('torso', (20, 20, 40, 50)),
                                                   ('muzzle', (12, 50, 18, 60))])],
        '2008_000003': [('person', (0, 0, 48, 12), [('head', (0, 2, 10, 10)),
                                                    ('lower arm', (20, 0, 26, 12))]),
                        ('boat', (30, 20, 48, 64), [])],
    },
    'val': {
        '2008_000004': [('bird', (5, 5, 30, 30), [('wing', (8, 8, 20, 28)),
                                                  ('beak', (5, 5, 8, 8))])],
        '2008_000005': [('cat', (2, 30, 46, 62), [('head', (2, 30, 20, 50)),
                                                  ('tail', (30, 50, 46, 62))])],
    },
}
ADE_SCENES = {
    'training': {
        'ADE_train_00000001': [('chair', (8, 8, 40, 30), [('leg', (30, 8, 40, 12)),
                                                          ('seat', (20, 8, 28, 30))]),
                               ('person', (0, 40, 48, 60), [('head', (0, 44, 10, 56))])],
        # The bus covers the person in the file's order, the part map shows the person's arm.
        'ADE_train_00000002': [('person', (10, 10, 40, 30), [('torso', (12, 12, 24, 18))]),
                               ('bus', (6, 20, 44, 62), [('wheel', (36, 24, 44, 32)),
                                                         ('window', (10, 40, 20, 60))])],
        'ADE_train_00000003': [('desk', (20, 2, 46, 60), [('top', (20, 2, 24, 60)),
                                                          ('leg', (24, 2, 46, 6))])],
    },
    'validation': {
        'ADE_val_00000001': [('bench', (20, 4, 44, 50), [('seat', (24, 4, 30, 50))]),
                             ('light', (0, 50, 8, 64), [('shade', (0, 52, 6, 62))])],
        'ADE_val_00000002': [('door', (0, 20, 48, 40), [('handle', (22, 36, 25, 39))])],
    },
}
# Part names carry their super-class, as in the release; n02085620 is not one of the 40 objects.
PART_IMAGENET_SCENES = {
    'train': {
        'n02129604_7': [('tiger', None, [('Quadruped Body', (10, 10, 40, 50)),
                                         ('Quadruped Head', (4, 44, 20, 60))])],
        'n02422699_12': [('impala', None, [('Quadruped Head', (2, 2, 12, 12)),
                                           ('Quadruped Foot', (40, 10, 48, 16))])],
        'n02085620_5': [('Chihuahua', None, [('Quadruped Head', (2, 2, 12, 12))])],
    },
    'val': {
        'n02701002_3': [('ambulance', None, [('Car Body', (10, 4, 36, 60)),
                                             ('Car Side Mirror', (14, 40, 18, 46))])],
        'n02690373_44': [('airliner', None, [('Aeroplane Wing', (20, 0, 26, 64))])],
    },
}
# The codes of the scenes in VOC_SCENES: each (object, [(code, box)]).
VOC_SCENES = {
    'train': {
        '2008_000001': [('cat', (4, 4, 40, 40), [('leye', (8, 6, 10, 9)),
                                                 ('head', (4, 4, 16, 20)),
                                                 ('lfpa', (36, 4, 40, 8)),
                                                 ('rbleg', (30, 4, 40, 8))]),
                        ('table', (40, 0, 48, 64), [])],
        '2008_000002': [('train', (0, 0, 40, 64), [('hfrontside', (10, 0, 30, 10)),
                                                   ('cleftside_12', (10, 30, 30, 60)),
                                                   ('coach_1', (5, 28, 35, 62))])],
        '2008_000003': [('sofa', (20, 20, 40, 40), [])],
    },
    'val': {
        '2008_000004': [('person', (0, 0, 48, 20), [('ruarm', (10, 0, 16, 8)),
                                                    ('rlarm', (16, 0, 22, 8))]),
                        ('bus', (2, 24, 46, 64), [('bliplate', (40, 30, 43, 36)),
                                                  ('window_20', (4, 30, 20, 50))])],
    },
}
