#!/usr/bin/env python3
"""Fills the expectations of PromQL test scripts by asking a real Prometheus.

    record.py PROMETHEUS FILE...

PROMETHEUS is the program (3.5 or newer). For each file it starts one on a folder of its own, pushes
the file's data by remote write, runs each query, and rewrites what stands below each `eval` line.
A query whose line ends in `# ours` is left alone: Prometheus has no answer to compare with.
"""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

STALE = struct.pack('<Q', 0x7FF0000000000002)


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def snappy(data):
    """Snappy's block format with literals only."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 60):
        part = data[at:at + 60]
        out.append((len(part) - 1) << 2)
        out += part
    return bytes(out)


def write_request(series):
    out = b''
    for labels, samples in series:
        body = b''.join(field(1, field(1, name.encode()) + field(2, value.encode()))
                        for name, value in sorted(labels.items()))
        for millis, value in samples:
            body += field(2, b'\x09' + value + b'\x10' + varint(millis))
        out += field(1, body)
    return snappy(out)


def parse_duration(text):
    units = {'ms': 1, 's': 1000, 'm': 60000, 'h': 3600000, 'd': 86400000}
    if re.fullmatch(r'[\d.]+', text):
        return int(float(text) * 1000)
    return sum(int(n) * units[u] for n, u in re.findall(r'(\d+)(ms|s|m|h|d)', text))


def split_series(line):
    match = re.match(r'([a-zA-Z_:][a-zA-Z0-9_:]*)?(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?\s*(.*)', line)
    labels = {}
    if match.group(1):
        labels['__name__'] = match.group(1)
    for name, value in re.findall(r'("(?:[^"\\]|\\.)*"|\w+)(?:\s*=\s*("(?:[^"\\]|\\.)*"))?',
                                  match.group(2) or ''):
        name = json.loads(name) if name.startswith('"') else name
        if value:
            labels[name] = json.loads(value)
        else:
            labels['__name__'] = name
    return labels, match.group(3)


def values_of(text):
    for item in text.split():
        head, _, repeat = item.partition('x')
        if head == '_':
            for _ in range(int(repeat or 1)):
                yield None
            continue
        count = int(repeat or 0) + 1
        if head == 'stale':
            for _ in range(count):
                yield STALE
            continue
        match = re.fullmatch(r'([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan))([+-].+)?', head, re.I)
        value, increment = float(match.group(1)), float(match.group(2) or 0)
        for _ in range(count):
            yield struct.pack('<d', value)
            value += increment


def load(lines):
    series, interval = [], 0
    for line in lines:
        if line.startswith('load '):
            interval = parse_duration(line.split()[1])
        elif line.startswith('eval '):
            break
        elif line.strip() and not line.strip().startswith('#'):
            labels, text = split_series(line.strip())
            samples = [(i * interval, v) for i, v in enumerate(values_of(text)) if v is not None]
            series.append((labels, samples))
    return series


def push(url, series):
    request = urllib.request.Request(
        url + '/api/v1/write', write_request(series),
        {'Content-Encoding': 'snappy', 'Content-Type': 'application/x-protobuf',
         'X-Prometheus-Remote-Write-Version': '0.1.0'})
    urllib.request.urlopen(request)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix='promql-record-')
        self.url = 'http://127.0.0.1:%d' % free_port()
        config = os.path.join(self.folder, 'prometheus.yml')
        with open(config, 'w') as out:
            out.write('global: {}\n')
        self.process = subprocess.Popen(
            [program, '--config.file=' + config, '--storage.tsdb.path=' + self.folder + '/data',
             '--web.listen-address=' + self.url[7:], '--web.enable-remote-write-receiver',
             '--storage.tsdb.retention.time=90y',
             '--enable-feature=promql-experimental-functions,promql-duration-expr'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                if urllib.request.urlopen(self.url + '/-/ready').status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError('Prometheus did not start')

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def ask(self, path, **parameters):
        data = urllib.parse.urlencode(parameters).encode()
        try:
            return json.load(urllib.request.urlopen(self.url + '/api/v1/' + path, data))
        except urllib.error.HTTPError as error:
            return json.load(error)


def metric_text(metric):
    def quoted(text):
        return json.dumps(text, ensure_ascii=False)
    name = metric.get('__name__', '')
    plain = bool(re.fullmatch(r'[a-zA-Z_:][a-zA-Z0-9_:]*', name))
    labels = ','.join('%s=%s' % (k if re.fullmatch(r'[a-zA-Z_]\w*', k) else quoted(k), quoted(v))
                      for k, v in sorted(metric.items()) if k != '__name__' or not plain)
    return (name if plain else '') + ('{%s}' % labels if labels or not plain else '')


def expectations(answer, query):
    if answer['status'] != 'success':
        message = re.sub(r'^invalid parameter "query": ', '', answer['error'])
        yield 'expect fail msg: ' + message
        return
    for note in sorted(answer.get('warnings', [])):
        yield 'expect warn msg: ' + note
    for note in sorted(answer.get('infos', [])):
        yield 'expect info msg: ' + note
    data = answer['data']
    result = data['result']
    if query['ordered']:
        yield 'expect ordered'
    if data['resultType'] == 'scalar':
        yield result[1]
    elif data['resultType'] == 'string':
        yield 'expect string ' + json.dumps(result[1], ensure_ascii=False)
    elif data['resultType'] == 'vector':
        if not query['ordered']:
            result = sorted(result, key=lambda s: sorted(s['metric'].items()))
        for series in result:
            yield '%s %s' % (metric_text(series['metric']), series['value'][1])
    elif query['instant']:
        for series in sorted(result, key=lambda s: sorted(s['metric'].items())):
            yield metric_text(series['metric']) + ''.join(
                ' %s@%s' % (value, repr(at)) for at, value in series['values'])
    else:
        for series in result:
            points = {round(at * 1000): value for at, value in series['values']}
            steps = range(query['from'], query['to'] + 1, query['step'])
            yield metric_text(series['metric']) + ''.join(
                ' ' + points.get(step, '_') for step in steps)


def parse_eval(line):
    words = line.split(None, 8)
    if words[1] == 'instant':
        at = parse_duration(words[3])
        return {'instant': True, 'from': at, 'to': at, 'step': 1, 'query': line.split(None, 4)[4]}
    return {'instant': False, 'from': parse_duration(words[3]), 'to': parse_duration(words[5]),
            'step': parse_duration(words[7]), 'query': words[8]}


def record(program, path):
    with open(path) as source:
        lines = source.read().splitlines()
    prometheus = Prometheus(program)
    try:
        push(prometheus.url, load(lines))
        out, skipping, ours = [], False, False
        for number, line in enumerate(lines):
            if line.startswith('eval '):
                query = parse_eval(line)
                ours = line.rstrip().endswith('# ours')
                following = []
                for below in lines[number + 1:]:
                    if not below.startswith((' ', '\t')):
                        break
                    following.append(below.strip())
                query['ordered'] = 'expect ordered' in following
                out.append(line)
                skipping = not ours
                if ours:
                    continue
                seconds = {k: query[k] / 1000 for k in ('from', 'to', 'step')}
                answer = (prometheus.ask('query', query=query['query'], time=seconds['from'])
                          if query['instant'] else
                          prometheus.ask('query_range', query=query['query'], start=seconds['from'],
                                         end=seconds['to'], step=seconds['step']))
                out += ['  ' + text for text in expectations(answer, query)]
            elif not (skipping and line.startswith((' ', '\t'))):
                skipping = False
                out.append(line)
        with open(path, 'w') as target:
            target.write('\n'.join(out) + '\n')
    finally:
        prometheus.stop()


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name in sys.argv[2:]:
        record(sys.argv[1], name)
        print('recorded', name)
