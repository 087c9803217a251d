"""The differences from Prometheus 3.5 that are meant: where, a pattern of the query, one of the
difference, and why."""
import re

REASONS = [
    ('query_range', r'\binfo ?\(', r'series:|points|conflicting|same labelset',
     "Prometheus 3.5 looks up info() labels by position and mixes series up at steps where an earlier one has no "
     "sample; later versions look them up by labels, as Lapwing does"),
    ('', r'\binfo ?\(.*\[[^\]]*:', r'series:|points|conflicting|same labelset', 'the same inside a subquery'),
    ('', r'\binfo ?\(.*_info', r'conflicting label',
     'which of two conflicting info metrics is asked first is chance in Prometheus'),
    ('', r'count_values.*(\^|\b(a?(sin|cos|tan)h?|exp|ln|log2|log10|sqrt|atan2|rad|deg|stddev|stdvar|deriv|linear|smoothing)\b)',
     r'series:', "the last digit of Go's and C's mathematical functions, which count_values turns into a label"),
    ('', r'\b(ln|log2|log10)\b.*\bodd\b|\bodd\b.*\^', r'points|series:|success',
     "Go's logarithm of numbers below 2.2e-308 is wrong on amd64 (its assembly takes them for normal ones)"),
    ('', r'\b(sin|cos|tan)\b.*(\b(sinh|cosh|exp|stddev|stdvar|deriv)\b|\^)', r'points',
     'the sine of a number beyond 1e15 is made of its last digits, in which Go and C differ'),
    ('', r'\btan\b.*\batan2\b', r'points',
     'the tangent beside a quarter turn is made of the last digit of the angle, in which Go and C differ'),
    ('', r'limitk.*\b(or|unless|and|by|without|on|ignoring|info|count_values)\b', r'series:|points',
     "limitk takes the first k that come, and behind these operators Prometheus's order is chance in a range query"),
    ('', r'label_replace', r'success / invalid regular expression',
     'Prometheus puts the expression into a group before it compiles it, so that ") (" is one'),
    ('query_range', r'predict_linear.*\[[^\]]*:.*@', r'^(warnings|infos):',
     'Prometheus evaluates a fixed subquery inside predict_linear over the whole range: notes of steps that no window sees'),
    ('', r'label_replace.*"\("', r'regular expression', "a regular expression's error is explained in RE2's words"),
    ('', r'~', r'^words: .*error parsing regexp: .* / .*error parsing regexp: ',
     "a regular expression's error is explained in RE2's words"),
    ('', '', r'^words: invalid parameter "query": unexpected error / ', "Prometheus's parser panics over some broken texts"),
    ('', r'\[|offset', r'^words: .*parse error: .* / .*parse error: duration (must be greater than 0|out of range)',
     'of two faults in one text Prometheus tells the one in the grammar first, durations are looked at later'),
    ('', r'\[|offset', r'^words: [^/]*"query": \d+:\d+: duration .* / .*parse error: duration (must be greater than 0|out of range)',
     'Prometheus looks at calculated durations when the text is parsed, and tells their place otherwise'),
    ('', r'\btimestamp ?\(.*(offset.*@|@.*offset)', r'series:|points',
     'Prometheus forgets the offset of a selector inside timestamp() that has an @ too'),
    ('', 'offset NaN', r'^success / .*duration out of range', 'to Prometheus an offset of NaN is some time far away'),
    ('', '@', r'^words: .*unexpected "<Item \d+>" <op:@>.* / .*unexpected <op:@>',
     'Prometheus prints the number of its own token for "@"'),
    ('', '', r'^other error: ', 'which of several errors in the execution of one query is told'),
]


def reason(path, query, what):
    """Why this difference is all right, or None."""
    for where, in_query, in_difference, why in REASONS:
        if path.endswith(where) and re.search(in_query, query) and re.search(in_difference, what):
            return why
    return None


EXECUTION_ERRORS = [
    r'found duplicate series for .* on the left ', r'found duplicate series for .* on the right ', r'multiple matches for labels: ',
    r'vector cannot contain metrics with the same labelset', r'invalid smoothing factor\. ', r'invalid trend factor\. ',
    r'[Ss]calar value \S+ (over|under)flows int64', r'[Rr]atio value ', r'invalid label name ', r'invalid source label name ',
    r'invalid destination label name ', r'invalid regular expression in label_replace', r'conflicting label ',
]


def kind_of_error(error):
    """What went wrong in the execution, in the same words each time, or None for any other error."""
    return next((kind for kind in EXECUTION_ERRORS if re.match(kind, error)), None)
