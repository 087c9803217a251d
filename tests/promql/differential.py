#!/usr/bin/env python3
"""Asks a Prometheus and a Lapwing that hold the same data the same random queries and compares.

    differential.py PROMETHEUS_URL LAPWING_URL [--seed N] [--count N] [--push] [--keep-size]

--push writes differential.load and seeded noise into both by remote write first. Ends with 1 when an
answer differs otherwise than explained.py says; each difference is printed with its query, cut down
to a small one unless --keep-size.
"""
import argparse
import json
import math
import os
import random
import re
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import explained
import random_query
import record

SPAN = 4100  # seconds that the data covers


def noise(seed):
    """Series with crooked times: late starts, gaps, resets, NaN, infinities, stale markers."""
    chooser = random.Random(seed)
    series = []
    for name in ('noise', 'noise_total'):
        for number in range(6):
            labels = {'__name__': name, 'job': ('api', 'web')[number % 2], 'instance': 'abc'[number // 2]}
            at = chooser.choice([0, 0, 611_000]) + chooser.randint(0, 14_999)
            value, samples = float(chooser.randint(0, 1000)), []
            while at < SPAN * 1000 and len(samples) < 400:
                samples.append((at, struct.pack('<d', value)))
                at += 15_000 + chooser.randint(-200, 200)
                what = chooser.random()
                if what < 0.01:
                    samples.append((at - 7_000, record.STALE))
                    at += chooser.choice([30_000, 400_000])
                elif what < 0.02:
                    at += chooser.choice([60_000, 290_000, 301_000, 700_000])
                elif what < 0.03 and name == 'noise':
                    samples.append((at - 5_000, struct.pack('<d', chooser.choice([math.nan, math.inf, -math.inf, -0.0, 1e308]))))
                if name == 'noise':
                    value = chooser.choice([value, value + chooser.gauss(0, 3), chooser.uniform(-1e6, 1e6)])
                else:
                    value = chooser.choice([value, value + chooser.randint(0, 20), value + chooser.random()])
                    if chooser.random() < 0.02:
                        value = float(chooser.randint(0, 5))
            series.append((labels, samples))
    return series


def data(base):
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, 'differential.load')) as source:
        series = record.load(source.read().splitlines())
    series = sorted(series + noise(7), key=lambda one: sorted(one[0].items()))
    return [(labels, [(base * 1000 + at, value) for at, value in samples]) for labels, samples in series]


def ask(url, path, parameters):
    body = urllib.parse.urlencode(parameters).encode()
    try:
        return json.load(urllib.request.urlopen(url + '/api/v1/' + path, body, timeout=60))
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
    result = answer['data']
    if result['resultType'] in ('scalar', 'string'):
        return {'': [tuple(result['result'])]}
    return {json.dumps(series['metric'], sort_keys=True):
            [tuple(p) for p in series.get('values', [series.get('value')])]
            for series in result['result']}


def notes_of(answer, kind):
    return sorted(answer.get(kind, []))


# The examples that an error of matching gives are whichever series came first.
EXAMPLES = re.compile(r'(found duplicate series for the match group ).*( on the \w+ hand-side of the operation: ).*;')


def words(wanted, got):
    """None, or how two errors of one query differ."""
    left, right = (EXAMPLES.sub(r'\1…\2…;', error) for error in (wanted, got))
    if left == right:
        return None
    kinds = [explained.kind_of_error(error) for error in (left, right)]
    return '%s: %s / %s' % ('other error' if None not in kinds and kinds[0] != kinds[1] else 'words', left, right)


def difference(wanted, got, query=''):
    """None, or what differs."""
    if wanted['status'] != got['status']:
        return '%s / %s' % (wanted.get('error', 'success'), got.get('error', 'success'))
    if wanted['status'] == 'error':
        if wanted['errorType'] != got['errorType']:
            return 'errorType %s / %s (%s)' % (wanted['errorType'], got['errorType'], got['error'])
        return words(wanted['error'], got['error'])
    if wanted['data']['resultType'] != got['data']['resultType']:
        return 'type %s / %s' % (wanted['data']['resultType'], got['data']['resultType'])
    for kind in ('warnings', 'infos'):
        # Prometheus shows ten of each at most, and which ones is chance.
        if len(wanted.get(kind, [])) < 10 and notes_of(wanted, kind) != notes_of(got, kind):
            return '%s: %s / %s' % (kind, wanted.get(kind), got.get(kind))
    left, right = points(wanted), points(got)
    if left.keys() != right.keys():
        return 'series: only %s / only %s' % (sorted(left.keys() - right.keys())[:3],
                                              sorted(right.keys() - left.keys())[:3])
    for key, values in left.items():
        other = right[key]
        same = len(values) == len(other) and all(
            abs(a[0] - b[0]) < 1e-6 and close(a[1], b[1]) for a, b in zip(values, other))
        if not same:
            differing = [(a, b) for a, b in zip(values, other) if not close(a[1], b[1]) or a[0] != b[0]][:2]
            return '%s: %d / %d points, %s' % (key, len(values), len(other), differing)
    sorting = re.match(r'sort_by_label(?:_desc)?\(.*"(\w+)"(?:, "\w+")?\)$', query)
    # Prometheus's comparison puts a missing label before and behind the others alike.
    if sorting and all('"%s"' % sorting[1] in key for key in left) and list(left) != list(right):
        return 'order: %s / %s' % (list(left)[:4], list(right)[:4])
    return None


class Comparison:
    """`asked` are two functions (path, parameters) → answer."""

    def __init__(self, asked, base, span=SPAN):
        self.asked, self.base, self.span = asked, base, span
        self.queries = self.errors = self.differences = 0
        self.explained = {}

    def differs(self, path, parameters):
        wanted, got = (ask_one(path, parameters) for ask_one in self.asked)
        return difference(wanted, got, parameters['query']), wanted, got

    def is_chance(self, path, parameters, wanted, tries=12):
        """Whether Prometheus does not agree with itself: nobody can agree with it then."""
        query = parameters['query']
        return any(difference(wanted, self.asked[0](path, parameters), query) for _ in range(tries))

    def smallest(self, tree, path, parameters, tries=300):
        """The smallest query found that still differs, unexplained."""
        def still(candidate, where, how):
            how = dict(how, query=str(candidate))
            what, wanted, _ = self.differs(where, how)
            return (what is not None and explained.reason(where, str(candidate), what) is None
                    and not self.is_chance(where, how, wanted, 3))
        if path == 'query_range':
            for at in range(int(parameters['start']), int(parameters['end']) + 1, int(parameters['step'])):
                tries -= 1
                if still(tree, 'query', {'time': at}):
                    path, parameters = 'query', {'time': at}
                    break
                if tries < 200:
                    break
        shrinking = True
        while shrinking and tries > 0:
            shrinking = False
            for candidate in tree.simpler():
                tries -= 1
                if tries <= 0:
                    break
                if len(str(candidate)) < len(str(tree)) and still(candidate, path, parameters):
                    tree, shrinking = candidate, True
                    break
        return path, dict(parameters, query=str(tree))

    def run(self, seed, count, shrink=True):
        generator = random_query.Generator(seed, self.base, self.span)
        for number in range(count):
            tree = generator.query()
            start = self.base + generator.random.randint(0, self.span // 2)
            end = start + generator.random.randint(0, self.span // 2)
            if number % 2:
                path, parameters = 'query', {'time': self.base + generator.random.randint(0, self.span)}
            else:
                path, parameters = 'query_range', {'start': start, 'end': end, 'step': generator.pick([15, 60, 47, 300])}
            parameters['query'] = str(tree)
            self.compare(tree, path, parameters, shrink)
        print('%d queries, %d of them the same error on both sides, %d explained, %d differences' % (
            self.queries, self.errors, sum(self.explained.values()), self.differences))
        for reason, times in sorted(self.explained.items()):
            print('  %5d explained: %s' % (times, reason))
        return self.differences

    def compare(self, tree, path, parameters, shrink):
        self.queries += 1
        what, wanted, _ = self.differs(path, parameters)
        if what is None:
            self.errors += wanted['status'] == 'error'
            return
        reason = explained.reason(path, parameters['query'], what)
        if reason is None and self.is_chance(path, parameters, wanted):
            reason = "Prometheus's own answer changes from one asking to the next (ties behind maps)"
        if reason is not None:
            self.explained[reason] = self.explained.get(reason, 0) + 1
            return
        self.differences += 1
        print('DIFFERS %s %s\n  prometheus / lapwing: %s' % (path, json.dumps(parameters), what), flush=True)
        if not shrink:
            return
        path, parameters = self.smallest(tree, path, parameters)
        again, _, _ = self.differs(path, parameters)
        print('  in small: %s %s: %s' % (path, json.dumps(parameters), again or 'no difference when asked again'), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('prometheus')
    parser.add_argument('lapwing')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=500)
    parser.add_argument('--base', type=int, default=int(time.time()) // 3600 * 3600 - 7200)
    parser.add_argument('--push', action='store_true')
    parser.add_argument('--keep-size', action='store_true')
    options = parser.parse_args()
    if options.push:
        series = data(options.base)
        for url in (options.prometheus, options.lapwing):
            record.push(url, series)
    asked = [lambda path, parameters, url=url: ask(url, path, parameters)
             for url in (options.prometheus, options.lapwing)]
    differences = Comparison(asked, options.base).run(options.seed, options.count, not options.keep_size)
    sys.exit(1 if differences else 0)


if __name__ == '__main__':
    main()
