#!/usr/bin/env python3
"""Asks a Prometheus and a Lapwing that hold the same data the same random queries and compares.

    differential.py PROMETHEUS_URL LAPWING_URL [--seed N] [--count N] [--push]

--push writes differential.load into both by remote write first. Ends with 1 when an answer
differs; each difference is printed with its query.
"""
import argparse
import json
import math
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import record

METRICS = {
    'requests_total': ['job', 'instance', 'code'], 'temperature': ['room', 'floor'],
    'humidity': ['room', 'floor'], 'latency_bucket': ['job', 'le'], 'limits': ['job'],
    'zero': [], 'one_shot': ['job'], 'missing': ['job'],
}
VALUES = {'job': ['api', 'web'], 'instance': ['a', 'b', 'c'], 'code': ['200', '500'],
          'room': ['hall', 'lab', 'roof'], 'floor': ['1', '2'], 'le': ['0.1', '1', '+Inf']}
LABELS = sorted(VALUES)
RANGES = ['45s', '1m', '2m30s', '5m', '10m', '17s', '30m']
MAP = ['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn', 'deg', 'rad', 'sin',
       'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
       'round', 'timestamp', 'sort', 'sort_desc', 'hour', 'minute', 'day_of_week', 'month', 'year',
       'day_of_month', 'day_of_year', 'days_in_month', 'absent']
OVER = ['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv', 'changes', 'resets',
        'absent_over_time', 'avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time',
        'count_over_time', 'stddev_over_time', 'stdvar_over_time', 'last_over_time',
        'present_over_time', 'mad_over_time', 'ts_of_max_over_time', 'ts_of_min_over_time',
        'ts_of_last_over_time']
FOLD = ['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar']
ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2']
COMPARISON = ['==', '!=', '<', '>', '<=', '>=']


class Generator:
    def __init__(self, seed, base, span):
        self.random = random.Random(seed)
        self.base, self.span = base, span

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    def number(self):
        return self.pick(['0', '1', '2', '-1', '0.5', '10', '300', '1e9', 'Inf', 'NaN', '3m',
                          'time()', 'pi()', 'scalar(zero)', 'scalar(humidity)', '(1 + 2)',
                          '(4 > bool 3)', '-2 ^ 2'])

    def modifiers(self):
        out = ''
        if self.chance(0.15):
            out += ' offset ' + self.pick(['1m', '5m', '-2m', '17s'])
        if self.chance(0.1):
            out += ' @ ' + self.pick(['start()', 'end()', str(self.base + self.random.randint(0, self.span))])
        return out

    def bare_selector(self):
        metric = self.pick(sorted(METRICS))
        if not self.chance(0.4) or not METRICS[metric]:
            return metric
        matchers = []
        for label in self.random.sample(METRICS[metric], self.random.randint(1, len(METRICS[metric]))):
            operator = self.pick(['=', '!=', '=~', '!~'])
            value = self.pick(VALUES[label] + [''])
            matchers.append('%s%s"%s"' % (label, operator, value.replace('+', '\\\\+') if '~' in operator else value))
        return '%s{%s}' % (metric, ','.join(matchers))

    def range(self, depth):
        if self.chance(0.25) and depth > 0:
            inner = self.vector(depth - 1)
            step = self.pick(['', '15s', '30s', '1m', '47s'])
            return '(%s)[%s:%s]%s' % (inner, self.pick(RANGES), step, self.modifiers())
        return '%s[%s]%s' % (self.bare_selector(), self.pick(RANGES), self.modifiers())

    def labels(self):
        return ', '.join(self.random.sample(LABELS, self.random.randint(0, 2)))

    def matching(self):
        out = ''
        if self.chance(0.6):
            out = ' %s (%s)' % (self.pick(['on', 'ignoring']), self.labels())
            if self.chance(0.4):
                out += self.pick([' group_left', ' group_right']) + self.pick(['', ' ()', ' (room)', ' (job)'])
        return out

    def vector(self, depth):
        if depth <= 0:
            return self.bare_selector() + self.modifiers()
        kind = self.random.randint(0, 11)
        inner = lambda: self.vector(depth - 1)
        if kind <= 1:
            return self.bare_selector() + self.modifiers()
        if kind <= 3:
            return '%s(%s)' % (self.pick(OVER), self.range(depth))
        if kind == 4:
            return '%s(%s)' % (self.pick(MAP), inner())
        if kind == 5:
            grouping = self.pick(['', ' by (%s)' % self.labels(), ' without (%s)' % self.labels()])
            return '%s%s (%s)' % (self.pick(FOLD), grouping, inner())
        if kind == 6:
            operator = self.pick(ARITHMETIC + COMPARISON)
            flag = ' bool' if operator in COMPARISON and self.chance(0.4) else ''
            sides = ['(%s)' % inner(), self.number()]
            self.random.shuffle(sides)
            return '%s %s%s %s' % (sides[0], operator, flag, sides[1])
        if kind in (7, 8):
            operator = self.pick(ARITHMETIC + COMPARISON)
            flag = ' bool' if operator in COMPARISON and self.chance(0.3) else ''
            return '(%s) %s%s%s (%s)' % (inner(), operator, flag, self.matching(), inner())
        if kind == 9:
            matching = self.pick(['', ' on (%s)' % self.labels(), ' ignoring (%s)' % self.labels()])
            return '(%s) %s%s (%s)' % (inner(), self.pick(['and', 'or', 'unless']), matching, inner())
        return self.special(depth)

    def special(self, depth):
        inner = self.vector(depth - 1)
        return self.pick([
            lambda: '-(%s)' % inner,
            lambda: 'clamp(%s, %s, %s)' % (inner, self.number(), self.number()),
            lambda: 'clamp_max(%s, %s)' % (inner, self.number()),
            lambda: 'round(%s, %s)' % (inner, self.pick(['0.1', '5', '0.25'])),
            lambda: 'vector(%s)' % self.number(),
            lambda: 'quantile by (%s) (%s, %s)' % (self.labels(), self.pick(['0.5', '0.9', '2', '-1', 'NaN', '0']), inner),
            lambda: 'count_values by (%s) ("v", %s)' % (self.labels(), inner),
            lambda: 'histogram_quantile(%s, latency_bucket)' % self.pick(['0.5', '0.9', '0', '1', '1.5']),
            lambda: 'histogram_quantile(0.9, rate(latency_bucket[%s]))' % self.pick(RANGES),
            lambda: 'histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))',
            lambda: 'quantile_over_time(%s, %s)' % (self.pick(['0.5', '0.9', '2']), self.range(depth)),
            lambda: 'predict_linear(%s, %s)' % (self.range(depth), self.pick(['60', '-10', '1h'])),
            lambda: 'double_exponential_smoothing(%s, 0.3, 0.6)' % self.range(depth),
            lambda: 'label_replace(%s, "x", "$1-y", "job", "(a.*)")' % inner,
            lambda: 'label_replace(%s, "job", "", "job", ".*")' % inner,
            lambda: 'label_join(%s, "x", "-", "job", "room")' % inner,
            lambda: 'topk(1000, %s)' % inner,
            lambda: 'bottomk by (job) (0, %s)' % inner,
            lambda: 'limit_ratio(%s, %s)' % (self.pick(['0.5', '-0.5', '1', '2']), inner),
            lambda: 'topk by (%s) (1, requests_total)' % self.labels(),
            lambda: 'bottomk(2, rate(requests_total[5m]))',
        ])()


def ask(url, path, parameters):
    data = urllib.parse.urlencode(parameters).encode()
    try:
        return json.load(urllib.request.urlopen(url + '/api/v1/' + path, data, timeout=60))
    except urllib.error.HTTPError as error:
        return json.load(error)


def close(a, b):
    if a == b:
        return True
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return x == y or abs(x - y) <= 1e-9 * max(abs(x), abs(y), 1e-3)


def points(answer):
    data = answer['data']
    if data['resultType'] in ('scalar', 'string'):
        return {'': [tuple(data['result'])]}
    return {json.dumps(series['metric'], sort_keys=True):
            [tuple(p) for p in series.get('values', [series.get('value')])]
            for series in data['result']}


def difference(wanted, got):
    """None, or what differs."""
    if wanted['status'] != got['status']:
        return '%s / %s' % (wanted.get('error', 'success'), got.get('error', 'success'))
    if wanted['status'] == 'error':
        return None
    for notes in ('warnings', 'infos'):
        # Prometheus shows ten at most of each.
        if len(wanted.get(notes, [])) < 10 and sorted(wanted.get(notes, [])) != sorted(got.get(notes, [])):
            return '%s: %s / %s' % (notes, wanted.get(notes), got.get(notes))
    left, right = points(wanted), points(got)
    if left.keys() != right.keys():
        return 'series: only %s / only %s' % (sorted(left.keys() - right.keys())[:3],
                                              sorted(right.keys() - left.keys())[:3])
    for key, values in left.items():
        other = right[key]
        same = len(values) == len(other) and all(
            abs(a[0] - b[0]) < 1e-6 and close(a[1], b[1]) for a, b in zip(values, other))
        if not same:
            differing = [(a, b) for a, b in zip(values, other) if not close(a[1], b[1])][:2]
            return '%s: %d / %d points, %s' % (key, len(values), len(other), differing)
    return None


def run(asked, base, span, seed, count):
    """`asked` are two functions (path, parameters) → answer. Gives the number of differences."""
    generator = Generator(seed, base, span)
    differences = errors = 0
    for number in range(count):
        query = generator.vector(generator.random.randint(1, 3))
        if number % 2:
            parameters = {'query': query, 'time': base + generator.random.randint(0, span)}
            path = 'query'
        else:
            start = base + generator.random.randint(0, span // 2)
            parameters = {'query': query, 'start': start, 'end': start + generator.random.randint(0, span // 2),
                          'step': generator.pick([15, 60, 47, 300])}
            path = 'query_range'
        wanted, got = asked[0](path, parameters), asked[1](path, parameters)
        errors += wanted['status'] == 'error'
        what = difference(wanted, got)
        if what is not None:
            differences += 1
            print('DIFFERS %s %s\n  prometheus / lapwing: %s' % (path, parameters, what))
    print('%d queries, %d errors on both sides or one, %d differences' % (count, errors, differences))
    return differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('prometheus')
    parser.add_argument('lapwing')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=500)
    parser.add_argument('--base', type=int, default=int(time.time()) // 3600 * 3600 - 7200)
    parser.add_argument('--push', action='store_true')
    options = parser.parse_args()
    if options.push:
        folder = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(folder, 'differential.load')) as source:
            series = [(labels, [(options.base * 1000 + at, value) for at, value in samples])
                      for labels, samples in record.load(source.read().splitlines())]
        for url in (options.prometheus, options.lapwing):
            record.push(url, series)
    asked = [lambda path, parameters, url=url: ask(url, path, parameters)
             for url in (options.prometheus, options.lapwing)]
    sys.exit(1 if run(asked, options.base, 4100, options.seed, options.count) else 0)


if __name__ == '__main__':
    main()
