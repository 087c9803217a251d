"""Cases of ./dev prove rule_files: rule files and unit tests, good and bad."""


def group(rules, more=""):
    return f"groups:\n- name: g\n{more}  rules:\n{rules}"


def alert(more="", expr="x > 1"):
    return group(f"  - alert: A\n    expr: {expr}\n{more}")


def text(value, where="annotations"):
    return alert(f"    {where}: {{a: '{value}'}}\n")


FILES = [
    # Sound.
    "", "groups: []\n", "groups:\n", "# nothing\n", "{}\n", "groups: [{name: g}]\n", "groups: [{name: g, rules: []}]\n", alert(), alert(expr="1"), alert(expr="vector(1)"),
    alert("    for: 5m\n    keep_firing_for: 1h\n"), alert("    for: 0\n"), alert("    for: 1d12h\n"), alert("    labels: {a: b}\n    annotations: {c: d}\n"),
    group("  - {record: a:b, expr: sum(x)}\n"), group("  - {record: a, expr: x, labels: {l: v}}\n"), group("  - {record: 'utf8.name é', expr: x}\n"),
    group("  - {alert: A, expr: x}\n", "  interval: 30s\n  limit: 10\n  query_offset: 1m\n  labels: {a: b}\n"), "groups: [{name: a, rules: []}, {name: b, rules: []}]\n",
    "groups:\n- name: a\n  rules: &r\n  - {alert: A, expr: x}\n- name: b\n  rules: *r\n", alert(expr="'x > 1 # comment'"), alert(expr="|\n      x\n      > 1"), alert("    labels: {}\n    annotations: {}\n"),
    alert("    labels: {'label.with.dots': v}\n"), alert("    labels: {a: ''}\n"), alert("    labels: {severity: 1}\n"), alert("    annotations: {n: 1, b: true}\n"),
    "---\ngroups: []\n",
    # Structure.
    "groups: {}\n", "groups: x\n", "group: []\n", "[]\n", "x\n", "groups: [{rules: []}]\n", "groups: [{name: '', rules: []}]\n", "groups: [{name: g, rules: []}, {name: g, rules: []}]\n",
    "groups: [{name: g, rulez: []}]\n", "groups: [{name: g, rules: x}]\n", "groups: [{name: g, rules: [x]}]\n", "groups: [{name: g, interval: x, rules: []}]\n", "groups: [{name: g, limit: x, rules: []}]\n",
    "groups: [{name: g, limit: -1, rules: []}]\n", "groups: [{name: g, interval: -5s, rules: []}]\n", "groups: [{name: g, interval: 5, rules: []}]\n", "groups: [{name: g, query_offset: 5x, rules: []}]\n",
    "groups: [{name: g, source_tenants: [a], rules: []}]\n", "groups: [{name: g, rules: []}\n", "groups:\n\t- name: g\n", "groups: [{name: g, name: h, rules: []}]\n", "\x00", "groups: [{name: g, rules: [null]}]\n",
    "groups: [null]\n", "groups: [{name: 5, rules: []}]\n", "groups: []\n---\ngroups: []\n", "groups: []\nother: 1\n",
    # Rules.
    group("  - {expr: x}\n"), group("  - {alert: A}\n"), group("  - {alert: A, record: b, expr: x}\n"), group("  - {alert: '', expr: x}\n"), group("  - {record: '', expr: x}\n"), group("  - {alert: A, expr: ''}\n"),
    group("  - {record: a, expr: x, for: 5m}\n"), group("  - {record: a, expr: x, keep_firing_for: 5m}\n"), group("  - {record: a, expr: x, annotations: {a: b}}\n"), group("  - {record: 'a{b}', expr: x}\n"), group("  - {record: 'a b', expr: x}\n"),
    group("  - {record: a, expr: x, for: 0s}\n"), group("  - {record: a, expr: x, annotations: {}}\n"), group("  - {alert: A, expr: x, if: y}\n"), group("  - {alert: A, expr: x, for: 5}\n"), group("  - {alert: A, expr: x, for: -5m}\n"), group("  - {alert: A, expr: x, for: ''}\n"),
    group("  - {alert: A, expr: x, for: 5m5m}\n"), group("  - {alert: A, expr: x, for: 1.5h}\n"), group("  - {alert: A, expr: x, labels: [a]}\n"), group("  - {alert: A, expr: x, labels: {__name__: a}}\n"), group("  - {alert: A, expr: x, labels: {alertname: a}}\n"),
    group("  - {alert: A, expr: x, labels: {'': a}}\n"), group("  - {alert: A, expr: x, labels: {a: [b]}}\n"), group("  - {alert: A, expr: x, annotations: {'': a}}\n"), group("  - {alert: A, expr: x, labels: {a: null}}\n"), group("  - {alert: [A], expr: x}\n"),
    group("  - {alert: A, expr: [x]}\n"), group("  - {alert: A, expr: 5}\n"), group("  - {alert: A, expr: null}\n"), group("  - {alert: A, expr: x}\n  - {alert: A, expr: x}\n"), group("  - {record: a, expr: x}\n  - {record: a, expr: x}\n"),
    # Expressions.
    alert(expr="'x >'"), alert(expr="'x > 1 >'"), alert(expr="'rate(x)'"), alert(expr="'rate(x[5m]'"), alert(expr="'x[5m]'"), alert(expr="'\"text\"'"), alert(expr="'nosuch(x)'"), alert(expr="'sum(x, y)'"), alert(expr="'{}'"), alert(expr="'{a=~\".*\"}'"),
    alert(expr="'x{a=~\"(\"}'"), alert(expr="'1 > 2'"), alert(expr="'x and 1'"), alert(expr="'x offset 5m'"), alert(expr="'x @ 5'"), alert(expr="'histogram_quantile(0.9, x)'"), alert(expr="'x == bool 1'"), alert(expr="'sum by (a,) (x)'"), alert(expr="'topk(x, y)'"),
    alert(expr="'label_replace(x, \"a\", \"$1\", \"b\", \"(\")'"), alert(expr="'absent(x)'"), alert(expr="'x unless on(a) y'"), alert(expr="'x * on(a) group_left(b) y'"), alert(expr="'x / ignoring(a) group_right y'"), alert(expr="'-x'"), alert(expr="'x[5m:1m]'"), alert(expr="'max_over_time(x[5m:])'"),
    # Templates.
    text("{{ $value }}"), text("{{ $labels.a }}"), text("{{ .Labels.a }}{{ .Value }}"), text("{{ $externalLabels.a }}{{ $externalURL }}"), text("{{ humanize $value }}"), text("{{ query \"up\" | first | value }}"), text("{{ with query \"up\" }}{{ . | first | label \"a\" }}{{ end }}"),
    text("{{ range query \"up\" }}{{ .Labels.a }}{{ end }}"), text("{{ if gt $value 5.0 }}a{{ else }}b{{ end }}"), text("{{ printf \"%.2f\" $value }}"), text("{{ $x := 5 }}{{ $x }}"), text("{{ define \"x\" }}{{ end }}{{ template \"x\" }}"), text("{{ $value | humanizePercentage }}"), text("{{/* c */}}"),
    text("{{ toTime $value }}"), text("{{ (toTime $value).Format \"15:04\" }}"), text("{{ urlQueryEscape \"a b\" }}"), text("{{ parseDuration \"1h\" }}"), text("{{ now }}"), text("{{ toDuration $value }}"),
    text("{{ $value"), text("{{ $nosuch }}"), text("{{ nosuch 1 }}"), text("{{ if }}x{{ end }}"), text("{{ end }}"), text("{{ template \"x\" }}"), text("{{ $value | }}"), text("{{ .NoSuchField }}"), text("{{ $labels.a.b }}"), text("{{ toUpper }}"), text("{{ toUpper 1 }}"), text("{{ \"a }}"),
    text("{{ $value }}", "labels"), text("{{ $nosuch }}", "labels"), text("{{ range }}", "labels"), text("{{ join \",\" . }}"), text("{{ stringSlice \"a\" }}"), text("{{ toJson . }}"), text("{{ date \"15:04\" . }}"), text("{{ define \"x\" }}1{{ end }}{{ define \"x\" }}2{{ end }}"), text("{{ if true }}{{ break }}{{ end }}"),
    text("{{ humanize \"x\" }}"), text("{{ first }}"), text("{{ query }}"), text("{{ query \"up\" \"x\" }}"), text("{{ eq 1 1.0 }}"), text("{{ index $labels 5 }}"), text("{{ reReplaceAll \"(\" \"\" \"\" }}"), text("{{ match \"(\" \"\" }}"), text("{{ 1 | 2 }}"), text("{{ sortByLabel \"a\" 5 }}"), text("{{ $value.x }}"),
]

TEST_RULES = """
groups:
- name: g
  interval: 1m
  rules:
  - {record: r, expr: sum(x)}
  - {alert: A, expr: x > 5, for: 2m, labels: {severity: page}, annotations: {summary: 'x of {{ $labels.i }} is {{ $value }}'}}
  - {alert: Kept, expr: x > 5, keep_firing_for: 3m}
"""


def test(body, head="rule_files: [rules.yml]\nevaluation_interval: 1m\n"):
    return f"{head}tests:\n- interval: 1m\n{body}"


def alerts(expected, values="10x20", at="5m", name="A"):
    return test(f"  input_series: [{{series: 'x{{i=\"1\"}}', values: '{values}'}}]\n  alert_rule_test:\n  - {{eval_time: {at}, alertname: {name}, exp_alerts: [{expected}]}}\n")


def queries(expr, samples, values="10x20", at="5m", series='x{i="1"}'):
    return test(f"  input_series: [{{series: '{series}', values: '{values}'}}]\n  promql_expr_test:\n  - {{expr: '{expr}', eval_time: {at}, exp_samples: [{samples}]}}\n")


RIGHT = "{exp_labels: {severity: page, i: '1'}, exp_annotations: {summary: 'x of 1 is 10'}}"
TESTS = [
    alerts(RIGHT), alerts(""), alerts(RIGHT, at="1m"), alerts("", at="1m"), alerts(RIGHT, at="2m"), alerts("", at="0"), alerts(RIGHT, values="1x20"), alerts("", values="1x20"), alerts(RIGHT + ", " + RIGHT), alerts("{exp_labels: {severity: page, i: '1'}}"),
    alerts("{exp_labels: {severity: page, i: '1'}, exp_annotations: {summary: other}}"), alerts("{exp_labels: {severity: page}, exp_annotations: {summary: 'x of 1 is 10'}}"), alerts("", name="Nosuch"), alerts(RIGHT, name="Nosuch"), alerts("{exp_labels: {i: '1'}}", name="Kept"),
    alerts("{exp_labels: {i: '1'}}", values="10x3 1x20", at="6m", name="Kept"), alerts("", values="10x3 1x20", at="8m", name="Kept"), alerts("{exp_labels: {i: '1'}}", values="10x3 1x20", at="8m", name="Kept"), alerts("", values="10x3 stalex3", at="5m"), alerts("", values="10 _x3 10x2", at="1m"), alerts(RIGHT, values="10 _x3 10x2", at="3m"),
    alerts(RIGHT, values="10x20", at="4m30s"), alerts(RIGHT, values="_ 10x20", at="3m"), alerts("", values="_x20", at="3m"), alerts(RIGHT, values="10x20 stale", at="22m"), alerts(RIGHT, values="10x3", at="8m30s"), alerts(RIGHT, values="10x3", at="7m"),
    queries("x", "{labels: 'x{i=\"1\"}', value: 10}"), queries("x", ""), queries("x", "{labels: 'x{i=\"2\"}', value: 10}"), queries("x", "{labels: 'x{i=\"1\"}', value: 11}"), queries("r", "{labels: r, value: 10}"), queries("r", "{labels: 'r{}', value: 10}"), queries("r", "{labels: '{__name__=\"r\"}', value: 10}"),
    queries("sum(x)", "{labels: '{}', value: 10}"), queries("sum(x)", "{value: 10}"), queries("1 + 1", "{value: 2}"), queries("vector(1)", "{value: 1}"), queries("vector(1)", "{labels: '{a=\"b\"}', value: 1}"), queries("x", "{labels: 'x{i=\"1\"}', value: 15}", values="10+1x20"), queries("x", "{labels: 'x{i=\"1\"}', value: 5}", values="10-1x20"),
    queries("x", "{labels: 'x{i=\"1\"}', value: 12.5}", values="10+0.5x20"), queries("rate(x[5m])", "{labels: '{i=\"1\"}', value: 1}", values="0+60x20"), queries("rate(x[5m])", "{labels: '{i=\"1\"}', value: 1.0000001}", values="0+60x20"), queries("x", "{labels: 'x{i=\"1\"}', value: 10.0000000001}"), queries("x / 3", "{labels: '{i=\"1\"}', value: 3.3333333333}"),
    queries("x / 3", "{labels: '{i=\"1\"}', value: 3.3333333333333335}"), queries("x", "{labels: 'x{i=\"1\"}', value: NaN}", values="NaNx20"), queries("x", "{labels: 'x{i=\"1\"}', value: +Inf}", values="Infx20"), queries("x", "{labels: 'x{i=\"1\"}', value: -1}", values="-1x20"), queries("x", "{labels: 'x{i=\"1\"}', value: 1e3}", values="1e3x20"),
    queries("nosuch(", ""), queries("absent(x)", ""), queries("absent(y)", "{labels: '{}', value: 1}"), queries("x", "{labels: 'x{', value: 1}"), queries("x", "", values="bad"), queries("x", "", values="1x"), queries("x", "", series="x{"), queries("x", "", series="{a=\"b\"}"), queries("ALERTS", "{labels: 'ALERTS{alertname=\"A\",alertstate=\"firing\",i=\"1\",severity=\"page\"}', value: 1}, {labels: 'ALERTS{alertname=\"Kept\",alertstate=\"firing\",i=\"1\"}', value: 1}"),
    test("  input_series: []\n"), "", "tests: []\n", "rule_files: [none.yml]\ntests: []\n", "rule_files: ['no*.yml']\ntests: []\n", "rule_files: [rules.yml]\ntest: []\n", "rule_files: [rules.yml]\nevaluation_interval: x\ntests: []\n", "rule_files: [rules.yml]\n", "rule_files: rules.yml\n", "x\n",
    test("  nosuch: 1\n"), test("  alert_rule_test: [{eval_time: 1m}]\n"), test("  alert_rule_test: [{alertname: A}]\n"), test("  alert_rule_test: [{eval_time: x, alertname: A}]\n"), test("  promql_expr_test: [{expr: '1', eval_time: 1m, exp_samples: [{value: 1}]}]\n"), test("  promql_expr_test: [{expr: '1', eval_time: 1m}]\n"), test("  promql_expr_test: [{eval_time: 1m}]\n"),
    test("  name: named\n  input_series: [{series: 'x{i=\"1\"}', values: '10x5'}]\n  external_labels: {a: b}\n  external_url: http://h\n"), test("  input_series: [{series: x}]\n"), test("  input_series: [{values: '1'}]\n"), test("  input_series: [{series: x, values: '1', other: 2}]\n"), "rule_files: [rules.yml]\ngroup_eval_order: [g]\ntests: []\n",
    "rule_files: [rules.yml]\ngroup_eval_order: [nosuch]\ntests: []\n", "rule_files: [rules.yml]\nfuzzy_compare: true\ntests: []\n", "tests: [{interval: 1m, promql_expr_test: [{expr: 'time()', eval_time: 1m, exp_samples: [{value: 60}]}]}]\n", "tests: [{interval: 1m, promql_expr_test: [{expr: 'time()', eval_time: 1m, exp_samples: [{value: 61}]}]}]\n",
]

# A part of the case's text, and why the verdicts may differ.
ACCEPTED = {
    "limit: -1": "a limit below zero says nothing; we say so",
    "[null]": "an empty item says nothing; we say so",
    "---\ngroups": "a second document would be ignored silently; we say so",
    "'x[5m": "the rule would fail at each evaluation; we say so before",
    "'\"text\"'": "the rule would fail at each evaluation; we say so before",
    "urlQueryEscape": "a function of newer Prometheus", "{{ now }}": "a function of newer Prometheus", "toDuration": "a function of newer Prometheus",
    "stalex3": "repeated like any other value", "+Inf": "a number as Prometheus writes it",
    "[none.yml]": "a file that is named and missing is a warning there, an error here",
}
