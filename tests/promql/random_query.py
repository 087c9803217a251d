"""Random PromQL queries as trees, so that one on which two servers differ can be cut down to its core.

Source of truth for what exists: agent/promql/functions/table.cc. Leaves out native histograms.
"""
import random

METRICS = {
    'requests_total': ['job', 'instance', 'code'], 'temperature': ['room', 'floor'],
    'humidity': ['room', 'floor'], 'latency_bucket': ['job', 'le'], 'limits': ['job'],
    'zero': [], 'one_shot': ['job'], 'missing': ['job'], 'odd': ['kind'], 'noise_total': ['job', 'instance'],
    'noise': ['job', 'instance'], 'flat_bucket': ['job', 'le'], 'target_info': ['job', 'instance', 'version'],
    'build_info': ['job', 'instance', 'version'],
}
VALUES = {'job': ['api', 'web'], 'instance': ['a', 'b', 'c'], 'code': ['200', '500'], 'version': ['v1', 'v2'],
          'room': ['hall', 'lab', 'roof'], 'floor': ['1', '2'], 'le': ['0.1', '1', '+Inf'],
          'kind': ['huge', 'nan', 'inf', 'tiny']}
LABELS = sorted(VALUES)
RANGES = ['45s', '1m', '2m30s', '5m', '10m', '17s', '30m', '1h', '90', '1ms', '3m + 30s', '2 * 45s']
MAP = ['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn', 'deg', 'rad', 'sin',
       'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
       'round', 'timestamp', 'sort', 'sort_desc', 'absent']
CALENDAR = ['hour', 'minute', 'day_of_week', 'month', 'year', 'day_of_month', 'day_of_year', 'days_in_month']
NATIVE = ['histogram_avg', 'histogram_count', 'histogram_sum', 'histogram_stddev', 'histogram_stdvar']
OVER = ['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv', 'changes', 'resets',
        'absent_over_time', 'avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time',
        'count_over_time', 'stddev_over_time', 'stdvar_over_time', 'last_over_time',
        'present_over_time', 'mad_over_time', 'ts_of_max_over_time', 'ts_of_min_over_time',
        'ts_of_last_over_time']
FOLD = ['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar']
ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2']
COMPARISON = ['==', '!=', '<', '>', '<=', '>=']
TOKENS = ['(', ')', '[', ']', '{', '}', ',', ':', '=', '==', '=~', '!', '@', '+', '-', '*', '^', 'by', 'on', 'bool',
          'offset', 'sum', 'rate', 'foo', '5m', '1', '"x"', "'", '\\', '#', '$', 'and', 'group_left', 'start()', '1x', '-',
          'without', 'topk', '0x', '1e', '5m5', '~', ';', 'inf', 'NaN', '1_0', '__name__', 'atan2']


class Tree:
    """`kind` says what may stand in its place; `parts` are texts and trees."""

    def __init__(self, kind, *parts):
        self.kind, self.parts = kind, list(parts)

    def __str__(self):
        return ''.join(map(str, self.parts))

    def trees(self):
        for part in self.parts:
            if isinstance(part, Tree):
                yield part
                yield from part.trees()

    def simpler(self):
        """Trees with one place made smaller, the boldest cuts first."""
        if self.kind == 'clause' and str(self):
            yield Tree('clause')
        if self.kind == 'vector' and str(self) not in ('zero', 'odd'):
            yield Tree('vector', 'zero')
        for below in self.trees():
            if below.kind == self.kind:
                yield below
        for index, part in enumerate(self.parts):
            if isinstance(part, Tree):
                for smaller in part.simpler():
                    yield Tree(self.kind, *self.parts[:index], smaller, *self.parts[index + 1:])


class Words(Tree):
    """Broken text: cut down word by word."""

    def __init__(self, words):
        super().__init__('words', *words)

    def simpler(self):
        for size in (8, 4, 2, 1):
            for at in range(0, len(self.parts), size):
                yield Words(self.parts[:at] + self.parts[at + size:])


class Generator:
    def __init__(self, seed, base, span):
        self.random = random.Random(seed)
        self.base, self.span = base, span

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    def clause(self, text):
        return Tree('clause', text)

    def number(self, depth=0):
        if depth > 0 and self.chance(0.2):
            return self.pick([
                lambda: Tree('scalar', 'scalar(', self.vector(depth - 1), ')'),
                lambda: Tree('scalar', '(', self.number(depth - 1), ' ', self.pick(ARITHMETIC), ' ', self.number(depth - 1), ')'),
                lambda: Tree('scalar', '(', self.number(depth - 1), ' ', self.pick(COMPARISON), ' bool ', self.number(depth - 1), ')'),
                lambda: Tree('scalar', '-(', self.number(depth - 1), ')')])()
        return Tree('scalar', self.pick([
            '0', '1', '2', '-1', '0.5', '10', '300', '1e9', 'Inf', '-Inf', 'NaN', '3m', 'time()', 'pi()', 'scalar(zero)',
            'scalar(humidity)', '(1 + 2)', '(4 > bool 3)', '-2 ^ 2', '0x1F', '1_000', '-0', '1e-300', '1.7e308', '.5', '5.']))

    def modifiers(self):
        out = ''
        if self.chance(0.15):
            out += ' offset ' + self.pick(['1m', '5m', '-2m', '17s', '90', '(1m + 30s)', '-(2 * 1m)', '0'])
        if self.chance(0.1):
            out += ' @ ' + self.pick(['start()', 'end()', str(self.base + self.random.randint(0, self.span)),
                                      '%.3f' % (self.base + self.random.random() * self.span)])
        return self.clause(out)

    def matcher(self, label):
        operator = self.pick(['=', '!=', '=~', '!~'])
        value = self.pick(VALUES[label] + [''])
        if '~' in operator:
            value = self.pick([value.replace('+', '\\\\+'), '.*', '.+', value.replace('+', '\\\\+') + '|x', 'a.*|.*b', '[a-h1]*'])
        return '%s%s"%s"' % (label, operator, value)

    def bare_selector(self):
        metric = self.pick(sorted(METRICS))
        matchers = []
        if METRICS[metric] and self.chance(0.4):
            for label in self.random.sample(METRICS[metric], self.random.randint(1, len(METRICS[metric]))):
                matchers.append(self.matcher(label))
            if self.chance(0.1):
                matchers.append(self.matcher(self.pick(LABELS)))
        if self.chance(0.05):
            name = self.pick(['__name__="%s"' % metric, '"%s"' % metric, '__name__=~"%s|zero"' % metric, '__name__=~"noi.*"',
                              '__name__!="x"', '__name__=~"h.*|t.*|n.*"'])
            return '{%s}' % ','.join([name] + matchers)
        return '%s{%s}' % (metric, ','.join(matchers)) if matchers else metric

    def range(self, depth):
        if self.chance(0.25) and depth > 0:
            step = self.pick(['', '15s', '30s', '1m', '47s', '1m + 1s', '7'])
            return Tree('matrix', '(', self.vector(depth - 1), ')[%s:%s]' % (self.pick(RANGES), step), self.modifiers())
        return Tree('matrix', '%s[%s]' % (self.bare_selector(), self.pick(RANGES)), self.modifiers())

    def labels(self):
        names = self.random.sample(LABELS + ['__name__', 'le', 'job'], self.random.randint(0, 2))
        return ', '.join(names)

    def grouping(self):
        return self.clause(self.pick(['', ' by (%s)' % self.labels(), ' without (%s)' % self.labels()]))

    def matching(self):
        out = ''
        if self.chance(0.6):
            out = ' %s (%s)' % (self.pick(['on', 'ignoring']), self.labels())
            if self.chance(0.4):
                out += self.pick([' group_left', ' group_right']) + self.pick(['', ' ()', ' (room)', ' (job)', ' (instance, code)'])
        return self.clause(out)

    def vector(self, depth):
        if depth <= 0:
            return Tree('vector', self.bare_selector(), self.modifiers())
        kind = self.random.randint(0, 12)
        if kind <= 1:
            return Tree('vector', self.bare_selector(), self.modifiers())
        if kind <= 3:
            return Tree('vector', self.pick(OVER), '(', self.range(depth), ')')
        if kind == 4:
            return Tree('vector', self.pick(MAP), '(', self.vector(depth - 1), ')')
        if kind == 5:
            return Tree('vector', self.pick(FOLD), self.grouping(), ' (', self.vector(depth - 1), ')')
        if kind == 6:
            return self.with_scalar(depth)
        if kind in (7, 8):
            operator = self.pick(ARITHMETIC + COMPARISON)
            flag = self.clause(' bool' if operator in COMPARISON and self.chance(0.3) else '')
            return Tree('vector', '(', self.vector(depth - 1), ') ', operator, flag, self.matching(),
                        ' (', self.vector(depth - 1), ')')
        if kind == 9:
            matching = self.clause(self.pick(['', ' on (%s)' % self.labels(), ' ignoring (%s)' % self.labels()]))
            return Tree('vector', '(', self.vector(depth - 1), ') ', self.pick(['and', 'or', 'unless']), matching,
                        ' (', self.vector(depth - 1), ')')
        return self.special(depth) if kind <= 11 else self.labelled(depth)

    def with_scalar(self, depth):
        operator = self.pick(ARITHMETIC + COMPARISON)
        flag = self.clause(' bool' if operator in COMPARISON and self.chance(0.4) else '')
        sides = [Tree('vector', '(', self.vector(depth - 1), ')'), self.number(depth - 1)]
        self.random.shuffle(sides)
        return Tree('vector', sides[0], ' ', operator, flag, ' ', sides[1])

    def special(self, depth):
        inner = self.vector(depth - 1)
        quantile = Tree('scalar', self.pick(['0.5', '0.9', '2', '-1', 'NaN', '0', '1', 'scalar(zero)']))
        return Tree('vector', *self.pick([
            lambda: ['-(', inner, ')'],
            lambda: ['+', Tree('vector', '(', inner, ')')],
            lambda: ['clamp(', inner, ', ', self.number(depth), ', ', self.number(depth), ')'],
            lambda: ['clamp_max(', inner, ', ', self.number(depth), ')'],
            lambda: ['clamp_min(', inner, ', ', self.number(depth), ')'],
            lambda: ['round(', inner, ', ', self.pick(['0.1', '5', '0.25', '-1', '0', 'NaN', 'Inf']), ')'],
            lambda: ['vector(', self.number(depth), ')'],
            lambda: [self.pick(CALENDAR), self.pick(['()', '(vector(time()))', '(timestamp(zero))', '(zero)', '(vector(1e9))',
                                                     '(humidity * 86400 * 7)', '(-(requests_total))'])],
            lambda: [self.pick(NATIVE), '(', inner, ')'],
            lambda: ['histogram_fraction(', self.number(), ', ', self.number(), ', ', inner, ')'],
            lambda: ['quantile', self.grouping(), ' (', quantile, ', ', inner, ')'],
            lambda: ['count_values', self.grouping(), ' ("', self.pick(['v', 'job', 'le', '__name__']), '", ', inner, ')'],
            lambda: ['histogram_quantile(', quantile, ', ', self.pick(['latency_bucket', 'flat_bucket', 'requests_total']), ')'],
            lambda: ['histogram_quantile(', quantile, ', ', inner, ')'],
            lambda: ['histogram_quantile(0.9, rate(latency_bucket[%s]))' % self.pick(RANGES)],
            lambda: ['histogram_quantile(', quantile, ', sum by (le', self.pick(['', ', job']), ') (rate(latency_bucket[5m])))'],
            lambda: ['quantile_over_time(', quantile, ', ', self.range(depth), ')'],
            lambda: ['predict_linear(', self.range(depth), ', ', self.pick(['60', '-10', '1h', 'NaN', 'scalar(humidity)']), ')'],
            lambda: ['double_exponential_smoothing(', self.range(depth), ', ', self.pick(['0.3', '0.9', '0', '1']), ', ',
                     self.pick(['0.6', '0.1', '2']), ')'],
            lambda: [self.pick(['topk', 'bottomk', 'limitk']), self.grouping(), ' (',
                     self.pick(['1', '2', '3', '0', '-1', '1000', '1.9', 'scalar(zero) + 2', 'NaN', 'time() % 3']), ', ', inner, ')'],
            lambda: ['limit_ratio', self.grouping(), ' (', self.pick(['0.5', '-0.5', '1', '2', '0', '-2', 'NaN', '0.1']), ', ', inner, ')'],
            lambda: ['topk', self.grouping(), ' (1, requests_total)'],
            lambda: ['bottomk(2, rate(requests_total[5m]))'],
        ])())

    def labelled(self, depth):
        inner = self.vector(depth - 1)
        return Tree('vector', *self.pick([
            lambda: ['label_replace(', inner, ', "x", "$1-y", "job", "(a.*)")'],
            lambda: ['label_replace(', inner, ', "job", "", "job", ".*")'],
            lambda: ['label_replace(', inner, ', "', self.pick(['x', 'job', '__name__', 'le', '', 'a b']), '", "',
                     self.pick(['$1', '${1}_$2', 'fixed', '$0', '$name', '${x}', '$$']), '", "',
                     self.pick(['job', 'instance', '__name__', 'nope', 'le']), '", "',
                     self.pick(['(.*)', '(.)(.*)', '(?P<name>a.*)', '', '(', 'api|web', '(w)e(b)']), '")'],
            lambda: ['label_join(', inner, ', "x", "-", "job", "room")'],
            lambda: ['label_join(', inner, ', "', self.pick(['job', '__name__', 'x']), '", "', self.pick(['', ',']), '"',
                     self.pick(['', ', "job"', ', "job", "nope"']), ')'],
            lambda: [self.pick(['sort_by_label', 'sort_by_label_desc']), '(', inner, ', "',
                     self.pick(['job', 'instance', 'le', 'nope']), '"', self.pick(['', ', "code"']), ')'],
            lambda: ['info(', inner, self.pick(['', ', {version="v1"}', ', {__name__="build_info"}', ', {version=~".*"}',
                                                ', {__name__=~".+_info"}', ', {nope="x"}', ', {version!="v1"}', ', {region=~".+"}']), ')'],
            lambda: ['absent(', self.pick(['missing{job="a",x=~"y"}', 'sum(missing)', 'zero', 'one_shot{job="api"}']), ')'],
        ])())

    def broken(self, depth):
        words = []
        for word in str(self.vector(depth)).replace('(', ' ( ').replace(')', ' ) ').replace('[', ' [ ').replace(']', ' ] ') \
                .replace('{', ' { ').replace('}', ' } ').replace(',', ' , ').split():
            words += [word, ' ']
        for _ in range(self.random.randint(1, 2)):
            at = self.random.randrange(len(words))
            change = self.random.randint(0, 3)
            if change == 0:
                del words[at]
            elif change == 1:
                words.insert(at, self.pick(TOKENS))
            elif change == 2:
                words[at] = self.pick(TOKENS)
            else:
                other = self.random.randrange(len(words))
                words[at], words[other] = words[other], words[at]
            if not words:
                break
        return Words(words)

    def query(self):
        depth = self.random.randint(1, 3)
        share = self.random.random()
        if share < 0.12:
            return self.broken(depth)
        if share < 0.16:
            return self.number(2)
        if share < 0.19:
            return self.range(depth)
        return self.vector(depth)
