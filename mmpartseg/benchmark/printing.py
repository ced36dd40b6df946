"""Reports as tables in Markdown."""
from ..printable import counted

MIB = 2**20


def table(header, rows):
    """A Markdown table."""
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join('| ' + ' | '.join(map(str, line)) + ' |' for line in lines)


def cost_row(label, result):
    """Label, time with spread, own time, peak memory, operations."""
    spread = f"{result['fastest']:.3f} to {result['slowest']:.3f}"
    return [label, f"{result['seconds']:.3f}", spread, f"{result['cpu_seconds']:.3f}",
            f"{result['memory_peak'] / MIB:.0f}", f"{result['flops'] / 1e9:.1f}"]


COST = ['', 'seconds (median)', 'fastest to slowest', 'CPU seconds', 'peak memory, MiB', 'GFLOP']


def cost_text(report):
    """One model's inference or training step."""
    lines = [table(COST, [cost_row(f"{report['command']}, batch {report['batch']}", report)])]
    own = report.get('share_of_cpu_peak')
    lines.append(
        f"{100 * report['share_of_peak']:.0f} % of the {report['matrix_peak'] / 1e9:.0f} GFLOP/s of a "
        f"matrix product measured just after{'' if own is None else f' ({100 * own:.0f} % in CPU time)'}, so "
        f"{1 / report['share_of_peak']:.2f} times the time of its floor; "
        f"the model holds {report['memory_held'] / MIB:.0f} MiB beyond the bare process")
    if 'breakdown' in report:
        lines.append(breakdown_text(report['breakdown']))
    return '\n\n'.join(lines)


def breakdown_text(rows):
    """Where the time of one call went."""
    return "One more call, watched by torch's profiler:\n\n" + table(
        ['operators', 'seconds', 'share', 'calls'],
        [[name, f"{row['seconds']:.3f}", f"{100 * row['share']:.0f} %", row['calls']]
         for name, row in rows.items()])


def peer_text(report):
    """Both ways to K masks."""
    ours, peer, name = report['ours'], report['peer'], report['name']
    training = report['command'] == 'train'
    what, of = ('training', 'gradients, relative') if training else ('masks', 'a logit, at most')
    images = f"{report['batch']} image" + 's' * (report['batch'] > 1)
    rows = {f"{who}, {cost['precision']}": cost for who, cost in (('mmpartseg', ours), (name, peer))}
    rows.update((f"mmpartseg, {cost['precision']}, to label maps, winners: {count}", cost)
                for count, cost in report['winners'].items())
    peaks = ', '.join(f'{peak / 1e9:.0f} GFLOP/s in {precision}'
                      for precision, peak in report['matrix_peaks'].items())
    ratios = {'times_faster': 'times as fast', 'times_floor': 'times its floor'}
    rows = [[*cost_row(label, cost), *(f'{cost[key]:.2f}' for key in ratios)] for label, cost in rows.items()]
    return (table([*COST, *ratios.values()], rows) +
            f"\n\n{what} of {counted(report['classes'], 'class', 'classes')}, {images}: mmpartseg is "
            f"{report['times_faster']:.2f} times as fast as {name} with the same weights, in "
            f"{ours['memory_peak'] / peer['memory_peak']:.2f} of its memory; difference of {of}, "
            f"{report['difference']:.2g}; the floor is a matrix product measured just after, of {peaks}")


def scaling_text(report):
    """One line per point, the exponents last."""
    rows = [[point, f'{seconds:.3f}', f'{own:.3f}', f'{memory / MIB:.0f}', f'{flops / 1e9:.1f}']
            for point, seconds, own, memory, flops in zip(
                report['points'], report['seconds'], report['cpu_seconds'], report['memory_peak'],
                report['flops'])]
    rows.append(['exponent', *(f'{value:.2f}' for value in report['exponents'].values())])
    return table([report['scale'], 'seconds', 'CPU seconds', 'peak memory, MiB', 'GFLOP'], rows)


def plain_text(report):
    """Anything else: a line per number."""
    return '\n'.join(f'{key}: {value:.4g}' if isinstance(value, float) else f'{key}: {value}'
                     for key, value in report.items())


def section_text(name, rows):
    """A table of rows (dicts) by name; a column for each key of any."""
    keys = list(dict.fromkeys(key for row in rows.values() for key in row))
    return f'## {name}\n\n' + table(
        ['', *keys], [[label, *(cell(row.get(key, '')) for key in keys)] for label, row in rows.items()])


def cell(value):
    """A value for a table."""
    if isinstance(value, dict):
        return ', '.join(f'{key}: {cell(each)}' for key, each in value.items())
    return f'{value:.4g}' if isinstance(value, float) else str(value)


def gpu_text(report):
    """A table for each section, then what went wrong."""
    sections = [section_text(*each) for each in report['sections'].items()]
    return '\n\n'.join([*sections, *(f'{name}: {", ".join(report[key]) or "none"}' for name, key in (
        ('not as expected', 'failed'), ('left out for want of time', 'left_out')))])


def decoding_text(report):
    """Tables for a reader."""
    if 'pictures' in report:
        found = dict(report['pictures'])
        return table(['images', 'objects in the picture', 'GFLOP, all classes', 'GFLOP, mean', 'GFLOP, most',
                      'pixels that differ'],
                     [[found['images'], f"{found['objects']:.1f}",
                       *(f'{found[key] / 1e9:.2f}' for key in ('full', 'mean', 'most')),
                       found['different_pixels']]])
    names = list(dict.fromkeys(name for row in report['decoding'] for name in row['winners']))
    rows = [[row['classes'], row['objects'], f"{row['tower'] / 1e9:.1f}", f"{row['full'] / 1e9:.1f}", *(
        span(row['winners'].get(name)) for name in names),
        f"{row['different_pixels']} of {row['pixels']}"] for row in report['decoding']]
    text = table(['classes', 'objects', 'image tower', 'all classes',
                  *(f'{name} win' + 's' * (name == '1') for name in names), 'pixels that differ'], rows)
    text = 'GFLOP per picture; mean over sets of winning objects (the costliest set)\n\n' + text
    if 'times' not in report:
        return text
    full = report['times']['all classes']
    return text + '\n\n' + table(
        ['', 'seconds (median)', 'of all classes', 'peak memory, MiB'],
        [[name, f"{each['seconds']:.3f}", f"{each['seconds'] / full['seconds']:.2f}",
          f"{each['memory_peak'] / MIB:.0f}"] for name, each in report['times'].items()])


def span(costs):
    """Mean and most."""
    if costs is None:
        return ''
    mean, most = costs['mean'] / 1e9, costs['most'] / 1e9
    return f'{mean:.1f}' + f' ({most:.1f})' * (costs['sets'] > 1)


def text_of(report):
    """The report for a reader."""
    if 'sections' in report:
        return gpu_text(report)
    if 'decoding' in report or 'pictures' in report:
        return decoding_text(report)
    if 'scale' in report:
        return scaling_text(report)
    if 'peer' in report:
        return peer_text(report)
    return cost_text(report) if 'flops' in report else plain_text(report)
