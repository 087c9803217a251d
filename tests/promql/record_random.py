#!/usr/bin/env python3
"""Writes random.test: random queries on differential.load with the answers of a real Prometheus 3.5.

    record_random.py PROMETHEUS [COUNT]

What differential.py asks both servers at length, the test run so has in small, without a Prometheus.
Leaves out queries that fail (their words are tested by hand) and answers of many series.
"""
import os
import sys

import explained
import random_query
import record

HERE = os.path.dirname(os.path.abspath(__file__))
SPAN = 4000


def chosen(prometheus, count):
    generator = random_query.Generator(20, 0, SPAN)
    for name in ('noise', 'noise_total'):
        random_query.METRICS.pop(name)
    while count > 0:
        query = str(generator.vector(generator.random.randint(1, 3)))
        start = generator.random.randint(600, SPAN)
        instant = generator.chance(0.6)
        step = generator.pick([15, 60, 47])
        words = {'query': query, 'instant': instant, 'from': start * 1000, 'step': step * 1000,
                 'to': (start if instant else start + 5 * step) * 1000, 'ordered': False}
        answer = (prometheus.ask('query', query=query, time=start) if instant else
                  prometheus.ask('query_range', query=query, start=start, end=start + 5 * step, step=step))
        meant = any(explained.re.search(pattern, query) for _, pattern, _, _ in explained.REASONS)
        if answer['status'] != 'success' or meant or not 1 <= len(answer['data']['result']) <= 8:
            continue
        count -= 1
        where = 'instant at %ds' % start if instant else 'range from %ds to %ds step %ds' % (
            start, start + 5 * step, step)
        yield 'eval %s %s' % (where, query)
        yield from ('  ' + line for line in record.expectations(answer, words))


def main():
    with open(os.path.join(HERE, 'differential.load')) as source:
        data = source.read().splitlines()
    prometheus = record.Prometheus(sys.argv[1])
    try:
        series = record.load(data)
        record.push(prometheus.url, sorted(series, key=lambda one: sorted(one[0].items())))
        lines = list(chosen(prometheus, int(sys.argv[2]) if len(sys.argv) > 2 else 250))
    finally:
        prometheus.stop()
    head = '# Random queries on the data of differential.load. Written by record_random.py, not by hand.'
    with open(os.path.join(HERE, 'random.test'), 'w') as target:
        target.write('\n'.join([head] + [line for line in data if not line.startswith('#')] + lines) + '\n')


if __name__ == '__main__':
    main()
