"""Rules and phases of samples for ./dev prove rules.

Left out, because we differ on purpose: a label whose template becomes empty (Prometheus then writes the template's text
into ALERTS); a rule's label that is empty (Prometheus shows it, nobody has it); alerts that only keep_firing_for holds
when the server restarts (Prometheus forgets them, we do not).
"""

RULES = r"""
groups:
- name: alerts
  interval: 1s
  labels: {team: infra, severity: low}
  rules:
  - {alert: Now, expr: 'x > 5', labels: {severity: page}, annotations: {summary: 'x of {{ $labels.i }} is {{ $value }}', site: '{{ $externalLabels.site }} {{ .ExternalURL }}'}}
  - {alert: Held, expr: 'x > 5', for: 5s, annotations: {v: '{{ $value | humanize }}'}}
  - {alert: Kept, expr: 'x > 5', keep_firing_for: 5s}
  - {alert: Both, expr: 'x > 5', for: 1s, keep_firing_for: 5s, annotations: {v: '{{ $value }}'}}
  - {alert: Templated, expr: 'x > 5', labels: {big: '{{ if gt $value 50.0 }}yes{{ else }}no{{ end }}', i: '{{ $labels.i }}!'}}
  - {alert: Renamed, expr: 'x > 5', labels: {alertname: other}}
  - {alert: Aggregated, expr: 'sum by (zone) (x) > 5'}
  - {alert: Gone, expr: 'absent(y)', for: 1s, labels: {what: y}}
  - {alert: GoneWithLabels, expr: 'absent(y{zone="west",i=~"1|2"})'}
  - {alert: Scalar, expr: 'vector(1)'}
  - {alert: NotANumber, expr: 'notnum == notnum or notnum != 0'}
  - {alert: Infinite, expr: 'x / 0 > 5'}
  - {alert: Never, expr: 'x > 1e9'}
  - {alert: Queries, expr: 'x > 5', annotations: {n: '{{ query "count(x)" | first | value }} {{ range query "sort(x)" }}{{ .Labels.i }}={{ .Value }} {{ end }}'}}
  - {alert: BadTemplate, expr: 'x > 5', annotations: {a: '{{ query "none" | first | value }}', b: '{{ $labels.i }}'}}
  - {alert: OnAlerts, expr: 'ALERTS{alertname="Now",alertstate="firing"} == 1'}
  - {alert: Duplicates, expr: 'label_replace(x, "c", "1", "", "") or label_replace(x, "c", "2", "", "")', labels: {c: same}}
  - {alert: Offset, expr: 'x offset 1s > 5'}
  - {alert: Boolean, expr: 'x > bool 5'}
  - {alert: WithoutName, expr: 'sum without (i) (x) > 5'}
- name: limited
  interval: 1s
  limit: 1
  rules:
  - {alert: Limited, expr: 'x > 5'}
  - {record: 'rec:limited', expr: 'x'}
  - {alert: LimitedOne, expr: 'sum(x) > 5'}
- name: offset
  interval: 1s
  query_offset: 1s
  rules:
  - {record: 'rec:offset', expr: 'x'}
  - {alert: Late, expr: 'x > 5'}
- name: recorded
  interval: 1s
  labels: {team: data}
  rules:
  - {record: 'rec:plain', expr: x}
  - {record: 'rec:labelled', expr: x, labels: {i: fixed, team: own}}
  - {record: 'rec:sum', expr: 'sum(x)', labels: {source: all}}
  - {record: 'rec:chain', expr: 'rec:sum * 2'}
  - {record: 'rec:chain:chain', expr: 'rec:chain + on() group_left vector(1)'}
  - {record: 'rec:scalar', expr: '42'}
  - {record: 'rec:nan', expr: "notnum"}
  - {record: 'rec:filtered', expr: 'x > 5'}
  - {record: 'rec:template', expr: 'vector(1)', labels: {raw: '{{ $value }}'}}
  - {record: 'rec:alerts', expr: 'count(ALERTS{alertname="Now"})'}
  - {record: 'rec:from alert utf8 ü', expr: 'sum(x) + 1'}
  - {record: 'rec:error', expr: 'x * on() x'}
"""


def x(i, value, **labels):
    return dict({"__name__": "x", "i": str(i), "zone": "west"}, **labels), float(value)


NAN = ({"__name__": "notnum"}, float("nan"))
Y = ({"__name__": "y", "zone": "west", "i": "1"}, 1.0)

# What the phase is about, its samples, and whether both servers are restarted in it.
PHASES = [
    ("quiet", [x(1, 1), NAN], False),
    ("one condition begins", [x(1, 10), NAN], False),
    ("it holds", [x(1, 10), NAN], False),
    ("another joins, the value crosses the template's line", [x(1, 60), x(2, 7), NAN], False),
    ("one ends", [x(1, 60), x(2, 1), NAN], False),
    ("it comes back", [x(1, 60), x(2, 8), NAN, Y], False),
    ("both servers restart", [x(1, 60), x(2, 8), NAN, Y], True),
    ("they go on", [x(1, 60), x(2, 8), NAN, Y], False),
    ("a series ends with a stale marker", [x(1, 60), NAN], False),
    ("all ends", [NAN], False),
    ("a new one begins", [x(3, 9, zone="east"), NAN], False),
    ("both restart while it is pending", [x(3, 9, zone="east"), NAN], True),
    ("it is over", [x(3, 1, zone="east"), NAN], False),
    ("keep_firing_for has passed", [x(3, 1, zone="east"), NAN], False),
]
