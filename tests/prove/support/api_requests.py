"""The requests of `./dev prove api`, the data they are asked over, and the differences that stand, with why."""
import dataclasses
import math
import struct
import urllib.parse

NOW = 1_700_000_000


@dataclasses.dataclass
class Call:
    method: str
    path: str
    query: str = ""
    form: object = None
    headers: dict = dataclasses.field(default_factory=dict)
    golden: bool = True         # its answer is recorded for the unit tests
    shape: bool = False         # compare names and types of the JSON only
    status_only: bool = False
    check_headers: bool = False
    after_rules: bool = False   # asked when rules run

    def name(self):
        form = self.form if isinstance(self.form, str) else f"<{len(self.form)} bytes>" if self.form else ""
        return " ".join(filter(None, (self.method, self.path + ("?" + self.query if self.query else ""), form)))


def data():
    """What tests/dashboard/fixture.h puts into its store, for remote write."""
    double = lambda value: struct.pack("<d", value)
    series = []

    def add(labels, *samples):
        series.append((labels, [(int(at * 1000), double(value)) for at, value in samples]))
    times = [(i, NOW - 300 + i * 15) for i in range(21)]
    add({"__name__": "up", "instance": "host-a", "job": "node"}, *((t, 1) for _, t in times))
    add({"__name__": "requests_total", "code": "200", "job": "web"}, *((t, i * 30) for i, t in times))
    add({"__name__": "requests_total", "code": "500", "job": "web"}, *((t, i * 0.5) for i, t in times))
    add({"__name__": "odd", "a.b": 'q"b\\n\n<\u00e9>', "n": "1"}, (NOW, 1e-7))
    add({"__name__": "odd", "n": "2"}, (NOW, math.nan))
    add({"__name__": "odd", "n": "3"}, (NOW, -math.inf))
    add({"__name__": "odd", "n": "4"}, (NOW, 1.5e21))
    add({"__name__": "odd", "n": "5"}, (NOW, 123456789.125))
    return series


def data_of_now(now):
    """Fresh series for /federate, which answers as of now."""
    double = lambda value: struct.pack("<d", value)
    stale = struct.pack("<Q", 0x7FF0000000000002)
    series = []
    for name, labels in (("fed_up", {"job": "a"}), ("fed_up", {"job": "b", "instance": "x"}), ("fed_gauge", {"site": "paris"}), ("fed_gauge", {"k": 'q"\\n\n\u00e9'}), ("fed.dotted", {"l.b": "v"})):
        series.append((dict(labels, __name__=name), [((now - 30) * 1000, double(1)), ((now - 15) * 1000 + 5, double(2.5e-7 if name == "fed_gauge" else 7))]))
    series.append(({"__name__": "fed_old"}, [((now - 400) * 1000, double(1))]))
    series.append(({"__name__": "fed_stale"}, [((now - 60) * 1000, double(1)), ((now - 30) * 1000, stale)]))
    return series


def form(pairs):
    return urllib.parse.urlencode(pairs, True)


def get(path, *pairs, **options):
    return Call("GET", "/api/v1/" + path, form(pairs), **options)


def post(path, *pairs, **options):
    return Call("POST", "/api/v1/" + path, "", form(pairs), **options)


TIMES = ["1700000000", "1700000000.5", "1699999999.0004", "1699999999.9996", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123456789Z",
         "2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20", "2023-11-14", "2023-11-14 22:13:20Z", "2023-11-14T22:13:20z",
         "2023-13-14T22:13:20Z", "2023-02-30T22:13:20Z", "-1", "-5.5", "0", "1e9", "1.7e9", "0x10", "0x1p4", "1_700_000_000",
         "Inf", "+Inf", "-Inf", "NaN", "abc", " 5", "5 ", "1e400", "9223372036.854775807", "1e15", "-1e15",
         "1e18", ".5", "5.", "+5", "-292273086-05-16T16:47:06Z", "292277025-08-18T07:12:54.999999999Z",
         "292277025-08-18T07:12:54.999Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "now", "1h"]
DURATIONS = ["15", "15.5", "15s", "1m", "1h30m", "1m1h", "0", "-1", "-1m", "0s", "abc", "1", "1ms", "0.001", "0.0001", "1e3",
             "1y", "1w2d", "1.5h", "1h 30m", "5m5m", "Inf", "NaN", "1e10", "9223372036", "9223372037", "300y", "292y", " 1m", "m", "1M",
             "1_000", "0x1e", "+5m", "+5", "1d24h", "000015", "1e-3"]
LIMITS = ["", "0", "1", "2", "+1", "-1", "-0", "abc", "1.5", "1e3", "9223372036854775807", "9223372036854775808",
          "0x10", " 1", "1_0", "001"]
SELECTORS = ["up", '{job="web"}', "requests_total", 'odd{n=~"1|2"}', '{__name__=~"up|odd"}', "nosuch", '{"a.b"!=""}', '{"up"}',
             '{"up",job="node"}', 'odd{n!~"1"}', '{__name__="up", instance="host-a"}']
BAD_SELECTORS = ["", "{}", '{a=~".*"}', '{a!="b"}', "up{", "rate(up[5m])", "up[5m]", "up offset 5m", "up @ 5", "1", '"up"', "up or up", "up{a=~\"(\"}",
                 '{a=""}', "up{job=\"a\" job2=\"b\"}", "{__name__=\"a\",__name__=\"b\"}", 'up{__name__="b"}', "(up)", "up{a='b'}", "sum(up)",
                 'up{a==b}', 'up{1="a"}', "5up", "up{,}", 'up{job="web",}', "up#comment", "{job=`web`}", 'up{"job"="node"}']
BAD_QUERIES = ["", " ", "up{", "foo(", "sum(", "rate(up)", "rate(up[5m]", "up[5m][5m]", "1 +", "+", "up or", "1 or 2", "up + on(a) group_left 1",
               '"a" + 1', "nosuchfunction(up)", "sum by (a up", "up @ abc", "up offset abc", "up offset 1", "{}", '{a=~".*"}', "up[0s]", "up[-5m]", "up[5m:",
               "time(", "time(1)", "label_replace(up)", "clamp(up, 1)", "vector(up)", "scalar(1)", "topk(up, up)", "quantile(up)", "up and 1", "-\"a\"",
               "up[5m] + 1", "rate(up[5m] + 1)", "1 == 2", "up == bool", "bool up", "sum(up) by", "up{a=\"b\"", "'unterminated", "\"a", "up $", "up;up", "up up",
               "a b c", "0x", "1e", "5m3", "up @ start", "offset", "by", "sum without up", "group_left", "\u00e9", "up{a=~\"[\"}", "up[5m] offset", "@", "1 @ 5",
               "(up", "up)", "up]", "[5m]", "up[5m:1m:1m]", "absent()", "sum(1)", "sum(\"a\")", "count_values(1, up)", "topk(\"a\", up)", "rate(sum(up)[5m])",
               "up * on(a) group_left(b) on(c) up", "up and on(a) group_left up", "1 > 2", "\"a\" == \"b\"", "day_of_month(1)", "up{__name__=\"b\"}", "holt_winters(up[5m], 1, 1)"]
GOOD_QUERIES = ["up", "1", "1+1", '"text"', "up[1m]", "requests_total", "sum(requests_total)", "rate(requests_total[1m])", "sum by (code) (rate(requests_total[5m]))",
                "up == 0", "up == bool 0", "1 == bool 1", "-up", "+up", "up offset 1m", "up @ 1700000000", "up @ start()", "up @ end()", "up @ start() offset 1m",
                "requests_total[1m:15s]", "max_over_time(requests_total[1m:15s])", "sum(up) without (job)", "requests_total * on(job) group_left up", "requests_total / ignoring(code) group_left sum by(job) (requests_total)",
                "topk(1, requests_total)", "quantile(0.5, requests_total)", "quantile(2, requests_total)", 'count_values("v", requests_total)', "absent(nosuch)", 'absent(nosuch{a="b"})', "time()", "vector(1)", "scalar(up)", "hour()", "pi()", "Inf", "NaN", "-Inf",
                "0x1f", "1e3", "1_000", "5m", "1e-7", "1e21", "123456789012345678901234567890", "0.1+0.2", "1/3", "2^0.5", "-2^2", "2^-1", "sort(odd)", "sort_desc(odd)", "sort_by_label(odd, \"n\")", "label_replace(up, \"x\", \"$1\", \"job\", \"(.*)\")", 'label_join(up, "y", "-", "job", "instance")', "increase(up[1m])", "rate(up[1m])",
                "histogram_quantile(0.9, up)", "irate(requests_total[1m])", "deriv(requests_total[1m])", "predict_linear(requests_total[5m], 60)", "clamp_max(up, 0)", "group(up)", "limitk(1, requests_total)", "limit_ratio(1, requests_total)", "up or requests_total", "up and up", "up unless up", "up atan2 up",
                'odd{n="1"}', '{"a.b"=~".+"}', "timestamp(up)", "odd * 2", "odd > 0", "present_over_time(up[1m])", "info(up)", "min_over_time(odd[1m])", "stddev(requests_total)", "avg(odd)", "sum(odd)", "changes(up[5m])", "resets(requests_total[5m])", "round(odd, 0.1)", "day_of_week(vector(1700000000))", "(1)", "((up))", "up # comment", "Sum(up)", "SUM BY (job) (up)",
                "requests_total + requests_total", "requests_total > 10", "requests_total + on(job) up", "up + on(job) requests_total", "label_replace(up, \"bad-name\", \"x\", \"job\", \".*\")", "label_replace(up, \"x\", \"y\", \"job\", \"(\")", "quantile_over_time(2, up[1m])", "label_replace(requests_total, \"code\", \"\", \"code\", \".*\")", "scalar(requests_total)", "sum(nosuch)", "mad_over_time(up[1m])", "rate(nosuch_total[1m])"]
LONG_QUERIES = [
    "sum by (job, instance, mode, environment) (rate(node_cpu_seconds_total{job=\"node\",instance=~\"host-.*\",mode!=\"idle\"}[5m]))",
    "(sum(rate(requests_total{code=~\"5..\"}[5m])) by (job) / sum(rate(requests_total[5m])) by (job)) > 0.01 and on(job) up == 1",
    "histogram_quantile(0.99, sum by (le, job) (rate(http_request_duration_seconds_bucket{job=\"api\",handler!=\"/metrics\"}[5m])))",
    "label_replace(label_join(some_very_long_metric_name_for_wrapping{a=\"b\"}, \"joined\", \"-\", \"first\", \"second\"), \"x\", \"$1\", \"joined\", \"(.*)-.*\")",
    "some_metric_name_that_is_quite_long_indeed{label=\"value\"} + ignoring(foo, bar) group_left(baz) another_metric_name_that_is_long_too{label=\"other\"}",
    "max_over_time(sum by (instance) (rate(some_metric_name_that_is_quite_long_indeed_total{label=\"value\"}[5m]))[1h:30s] offset 1d @ end())",
    "-(sum(some_metric_name_that_is_quite_long_indeed{label=\"value\"}) or sum(another_metric_name_that_is_long_too{label=\"other\"}))",
    "topk(5, sum without (instance, pod, container) (container_memory_working_set_bytes{namespace=\"kube-system\", container!=\"\"}) / 1024 / 1024)",
    "((a_metric_name_that_is_very_long_so_that_it_wraps_somewhere_beyond_the_limit_of_a_hundred_characters_per_line_of_text))",
    "a_metric_name_that_is_very_long_so_that_it_wraps_somewhere_beyond_the_limit_of_a_hundred_characters_per_line_of_text{x=\"y\"}[5m:1m] @ 123.456 offset -1h",
    "count_values by (job) (\"version\", build_info_with_a_long_name{job=\"one\"} or build_info_with_a_long_name{job=\"two_and_more\"}) > bool 5",
    "quantile(0.9, clamp(some_metric_name_that_is_quite_long_indeed{label=\"value\"}, 0, 100)) by (one, two, three, four, \"quoted.label\")",
    "1 + 2 * 3 ^ 4 - sum(some_metric_name_that_is_quite_long_indeed) * 100 / sum(another_metric_name_that_is_long_too) % 7 atan2 9",
    "absent_over_time({__name__=\"some_metric_name_that_is_quite_long_indeed\", label=~\"value.*\", other!~\"regex|alternation|third\"}[1d2h3m4s5ms])",
    "{\"utf8.metric\", \"label.dot\"=\"v\"}", "{__name__=~\"a|b\", __name__!=\"a\"}", "up{a=\"\\n\\\"\\\\\"}", "`raw\\n`", "'single'", "\"caf\u00e9\"", "up offset -5m", "up[1h] offset 5m @ 3", "-1", "--1", "+-1", "-(1)", "1e100", "0.000001", "1e-10", "Inf", "-Inf", "NaN", "1.5e3", "0x1F", "5m", "90s", "1h30m", "-5m", "a*b+c", "a or b and c unless d", "sum(a)by(b)", "count without() (a)", "sum by () (a)", "a + on() b", "a + ignoring() b", "a * on(x) group_left() b", "a * on(x) group_right(y,z) b", "a == bool on(x) b", "topk by (x) (3, a)", "rate(a[5m:])", "a[5m:30s] offset 1m", "a @ 1.5", "a @ -1", "time() - 5", "vector(1)", "minute()", "label_join(a, \"b\", \"c\")",
    "a{b=\"c\"} and on(b) (d{e!=\"f\"} or g)", "max(a) > 5 < bool 7", "a{}", "a{b=\"\"}", "{b=\"c\"}", "a{b=\"c\",b!=\"d\",b=~\"e\"}", "a{b=\"c\",}", "sum(a,)", "ABS(a)", "a oR b", "5 == bool 5"]
LONG_QUERIES += [f"sum({q}) + sum({q}) * on(a) group_left(b) sum by (a) ({q})" for q in LONG_QUERIES[:4]]


def instant():
    for query in GOOD_QUERIES:
        yield get("query", ("query", query), ("time", NOW))
    for query in BAD_QUERIES:
        yield get("query", ("query", query), ("time", NOW))
    for time in TIMES:
        yield get("query", ("query", "1"), ("time", time))
    yield get("query", ("query", "up"), ("time", ""), golden=False, shape=True)
    for timeout in DURATIONS:
        yield get("query", ("query", "1"), ("time", NOW), ("timeout", timeout), golden=timeout not in ("0.0001", "0.001", "1ms", "1e-3"), status_only=timeout in ("0.0001", "0.001", "1ms", "1e-3"))
        yield get("query", ("query", "up"), ("time", NOW + 100), ("lookback_delta", timeout))
    for limit in LIMITS:
        yield get("query", ("query", "sort(requests_total)"), ("time", NOW), ("limit", limit))
        yield get("query", ("query", "requests_total[1m]"), ("time", NOW), ("limit", limit), golden=False)
    yield get("query", ("query", "1"), ("time", NOW), ("limit", "1"))
    yield get("query", ("query", '"a"'), ("time", NOW), ("limit", "1"))
    for stats in ("all", "true", "1", "none", ""):
        for query in ("up", "requests_total", "rate(requests_total[1m])", "1", "sum(rate(requests_total[5m])) + count(up)", "max_over_time(up[2m:30s])",
                      "requests_total[1m]", "nosuch", "up @ 1699999950", '"a"', "topk(1, requests_total)", "absent(nosuch)", "requests_total + on(job, code) requests_total"):
            if stats in ("all", "true") or query == "up":
                yield get("query", ("query", query), ("time", NOW), ("stats", stats), golden=False)
    yield post("query", ("query", "up"), ("time", NOW))
    yield post("query", ("query", "up"), ("time", NOW), ("limit", "x"))
    yield Call("POST", "/api/v1/query", form([("query", "up"), ("time", NOW)]))
    yield Call("POST", "/api/v1/query", form([("query", "1"), ("time", NOW)]), form([("query", "2")]))
    yield Call("POST", "/api/v1/query", "", "query=up&time=%zz", golden=False)
    yield Call("GET", "/api/v1/query", "query=up&time=%zz", golden=False)
    yield Call("GET", "/api/v1/query", f"query=up;time={NOW}", golden=False)
    yield Call("GET", "/api/v1/query", f"query=1&query=2&time={NOW}")
    yield Call("POST", "/api/v1/query", "", '{"query":"up"}', {"Content-Type": "application/json"}, golden=False)
    yield Call("GET", "/api/v1/query", f"query=up&time={NOW}&nosuch=1")
    yield Call("GET", "/api/v1/query/", f"query=up&time={NOW}", golden=False)
    # Two mistakes: which comes first?
    for pairs in ([("limit", "x"), ("time", "x")], [("time", "x"), ("timeout", "x")], [("timeout", "x"), ("query", "(")],
                  [("lookback_delta", "x"), ("query", "(")], [("timeout", "x"), ("lookback_delta", "x")], [("time", "x"), ("lookback_delta", "x")]):
        yield get("query", *pairs)


def ranges():
    grid = lambda *more: (("start", NOW - 60), ("end", NOW), ("step", 15)) + more
    for query in GOOD_QUERIES + ["foo[5m]", '"a"']:
        yield get("query_range", ("query", query), *grid())
    for query in BAD_QUERIES[:40]:
        yield get("query_range", ("query", query), *grid(), golden=False)
    for time in TIMES:
        yield get("query_range", ("query", "1"), ("start", time), ("end", NOW), ("step", 15), golden=False)
        yield get("query_range", ("query", "1"), ("start", NOW), ("end", time), ("step", 15), golden=False)
        yield get("query_range", ("query", "1"), ("start", time), ("end", time), ("step", 15))
    for step in DURATIONS:
        yield get("query_range", ("query", "up"), ("start", NOW - 60), ("end", NOW), ("step", step), golden=step not in ("0.01",))
    for start, end, step in ((NOW - 11000, NOW, 1), (NOW - 11001, NOW, 1), (NOW - 10999.5, NOW, 1), (NOW, NOW - 1, 1), (NOW, NOW, 1),
                             ("", NOW, 1), (NOW, "", 1), (NOW, NOW, ""), ("", "", ""), (NOW - 300, NOW, "7m"), (NOW - 60, NOW, "7s"), (NOW - 60.5, NOW, "14.5")):
        yield get("query_range", ("query", "vector(0)" if step == 1 else "up"), ("start", start), ("end", end), ("step", step), golden=not (step == 1 and start != NOW))
    for limit in LIMITS:
        yield get("query_range", ("query", "requests_total"), *grid(("limit", limit)))
    for timeout in DURATIONS[:12]:
        yield get("query_range", ("query", "1"), *grid(("timeout", timeout)), golden=False)
        yield get("query_range", ("query", "up"), ("start", NOW - 60), ("end", NOW + 120), ("step", 15), ("lookback_delta", timeout))
    for query in ("up", "requests_total", "rate(requests_total[1m])", "1", "sum(rate(requests_total[5m])) + count(up)", "max_over_time(up[2m:30s])", "nosuch", "up @ 1699999950", "vector(1)"):
        for stats in ("all", "x"):
            yield get("query_range", ("query", query), *grid(("stats", stats)), golden=False)
    yield post("query_range", ("query", "up"), *grid())
    yield post("query_range", ("query", "up[5m]"), *grid())
    for pairs in ([("limit", "x"), ("start", "x")], [("start", "x"), ("end", "x")], [("start", NOW), ("end", "x"), ("step", "x")], [("start", NOW), ("end", NOW - 1), ("step", "x")],
                  [("start", NOW), ("end", NOW), ("step", "0"), ("timeout", "x")], [("start", 0), ("end", NOW), ("step", "1"), ("timeout", "x")], [("start", NOW), ("end", NOW), ("step", "1"), ("timeout", "x"), ("query", "(")],
                  [("start", NOW), ("end", NOW), ("step", "1"), ("lookback_delta", "x"), ("query", "(")]):
        yield get("query_range", *pairs)


def expressions():
    for query in GOOD_QUERIES + LONG_QUERIES + BAD_QUERIES:
        yield get("format_query", ("query", query), golden=query in LONG_QUERIES)
        yield get("parse_query", ("query", query), golden=query in LONG_QUERIES[:12] + GOOD_QUERIES[::3])
    yield post("format_query", ("query", "sum(a)by(b)"))
    yield post("parse_query", ("query", "sum(a)by(b)"))
    yield get("format_query")
    yield get("parse_query")
    for query in ["up", "", "up{", "rate(up[5m])", "sum(up)", "1", "up[5m]"]:
        yield get("query_exemplars", ("query", query), ("start", NOW - 60), ("end", NOW))
    yield get("query_exemplars", ("query", "up"))
    yield get("query_exemplars", ("query", "up"), ("start", NOW), ("end", NOW - 1))
    yield get("query_exemplars", ("query", "up"), ("start", "x"))
    yield get("query_exemplars", ("query", "up"), ("end", "x"))
    yield get("query_exemplars", ("query", ""), ("end", "x"))
    yield post("query_exemplars", ("query", "up"), ("start", NOW - 60), ("end", NOW))


def names():
    span = (("start", NOW - 300), ("end", NOW))
    for path in ("labels", "label/job/values", "label/__name__/values", "label/n/values", "label/nosuch/values", "label/U__a_2e_b/values", "label/a.b/values"):
        yield get(path)
        yield get(path, *span)
        for selector in SELECTORS + BAD_SELECTORS:
            yield get(path, ("match[]", selector), golden=path in ("labels", "label/__name__/values"))
        yield get(path, ("match[]", "up"), ("match[]", "odd"))
        yield get(path, ("match[]", "up"), ("match[]", "{}"))
    for limit in LIMITS:
        yield get("labels", ("limit", limit))
        yield get("label/__name__/values", ("limit", limit))
        yield get("label/n/values", ("limit", limit), ("match[]", "odd"))
        yield get("series", ("match[]", "odd"), ("limit", limit), golden=limit not in ("1", "2", "+1", "001"))
        yield get("series", ("match[]", "odd"), ("match[]", "up"), ("limit", limit))
    for time in TIMES:
        yield get("labels", ("start", time), golden=False)
        yield get("labels", ("end", time), golden=False)
        yield get("series", ("match[]", "up"), ("start", time), golden=False)
        yield get("label/job/values", ("end", time), golden=False)
    yield get("labels", ("start", NOW), ("end", NOW - 10))
    yield get("label/job/values", ("start", NOW), ("end", NOW - 10))
    yield get("series", ("match[]", "up"), ("start", NOW), ("end", NOW - 10))
    for name in ("a%20b", "U__", "U__a", "U__a_", "U___", "U__a_zz_b", "U__a__b", "U__a_1F600_b", "U__a_D800_", "U__a_110000_", "U__job", "a-b", "5", "%00", "%FF", "__name__", "%C3%A9", "a%2Fb", "U__a_2E_b", "U__a_2e_b_"):
        yield Call("GET", f"/api/v1/label/{name}/values")
    yield Call("GET", "/api/v1/label//values", golden=False)
    yield Call("GET", "/api/v1/label/values", golden=False)
    for selector in SELECTORS + BAD_SELECTORS:
        yield get("series", ("match[]", selector))
    yield get("series")
    yield get("series", ("match", "up"))
    yield get("series", ("match[]", "up"), ("match[]", "requests_total"))
    yield get("series", ("match[]", "up"), ("match[]", "up"))
    yield get("series", ("match[]", "requests_total"), ("match[]", '{job="web"}'), ("match[]", '{code="500"}'))
    yield post("series", ("match[]", "up"))
    yield post("labels", ("match[]", "up"))
    yield post("labels")
    yield Call("POST", "/api/v1/labels", form([("match[]", "up")]))
    yield Call("POST", "/api/v1/series", form([("match[]", "up")]), form([("match[]", "requests_total")]))
    yield Call("DELETE", "/api/v1/series", form([("match[]", "up")]))
    for pairs in ([("limit", "x"), ("start", "x")], [("start", "x"), ("end", "x")], [("start", "x"), ("match[]", "{")], [("limit", "x"), ("match[]", "{")]):
        for path in ("labels", "label/a/values", "series"):
            yield get(path, *pairs)
            yield get(path, ("match[]", "up"), *pairs)
    yield get("label/U__/values", ("limit", "x"))


def rules():
    options = {"golden": False, "after_rules": True}
    for pairs in ([], [("type", "alert")], [("type", "record")], [("type", "x")], [("type", "ALERT")], [("type", "")], [("rule_name[]", "Down")], [("rule_name[]", "Down"), ("rule_name[]", "bare")], [("rule_name[]", "nosuch")],
                  [("rule_group[]", "hosts")], [("rule_group[]", "nosuch")], [("file[]", "nosuch")], [("exclude_alerts", "true")], [("exclude_alerts", "1")], [("exclude_alerts", "x")], [("exclude_alerts", "")],
                  [("exclude_alerts", "F")], [("match[]", '{severity="page"}')], [("match[]", '{severity=~".+"}')], [("match[]", "up")], [("match[]", "{")], [("match[]", "{}")], [("match[]", '{team="infra"}'), ("match[]", '{severity="info"}')], [("match[]", "")],
                  [("match[]", '{severity="{{ $value }}"}')], [("group_limit", "1")], [("group_limit", "2")], [("group_limit", "3")], [("group_limit", "0")], [("group_limit", "-1")], [("group_limit", "x")], [("group_limit", "1.5")], [("group_limit", "")], [("group_limit", "99999999999999999999")],
                  [("group_next_token", "x")], [("group_limit", "1"), ("group_next_token", "x")], [("group_limit", "1"), ("type", "record")], [("group_limit", "1"), ("rule_name[]", "Firing")],
                  [("type", "x"), ("match[]", "{")], [("type", "x"), ("exclude_alerts", "x")], [("exclude_alerts", "x"), ("group_limit", "x")], [("match[]", "{"), ("group_limit", "x")], [("rule_name", "Down")]):
        yield get("rules", *pairs, **options)
    yield get("alerts", **options)
    yield get("alerts", ("x", "y"), **options)
    yield get("alertmanagers", **options)
    yield post("rules", **options)
    yield post("alerts", **options)


def status():
    for name in ("config", "runtimeinfo", "buildinfo", "flags", "tsdb", "walreplay"):
        yield get("status/" + name, golden=False, shape=True)
        yield post("status/" + name, golden=False)
    for limit in ("1", "0", "-1", "x", "", "10001", "10000", "1.5"):
        yield get("status/tsdb", ("limit", limit), golden=False, shape=limit in ("1", "", "10000"))
    for path in ("notifications", "notifications/", "status/nosuch", "nosuch", "status", ""):
        yield get(path, golden=False)
    for path in ("metadata", "targets", "scrape_pools", "targets/metadata"):
        yield get(path, golden=False)
        yield post(path, golden=False)
    for method, path in (("POST", "admin/tsdb/snapshot"), ("PUT", "admin/tsdb/snapshot"), ("POST", "admin/tsdb/clean_tombstones"), ("PUT", "admin/tsdb/clean_tombstones"), ("POST", "admin/tsdb/delete_series"),
                         ("PUT", "admin/tsdb/delete_series"), ("GET", "admin/tsdb/snapshot"), ("GET", "admin/tsdb/delete_series"), ("POST", "admin/tsdb/nosuch"), ("POST", "otlp/v1/metrics"), ("GET", "otlp/v1/metrics")):
        yield Call(method, "/api/v1/" + path, "", b"" if method != "GET" else None, golden=False)
    yield Call("POST", "/api/v1/admin/tsdb/delete_series", form([("match[]", "up")]), b"", golden=False)


def outside():
    options = {"golden": False}
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        for path in ("/-/ready", "/-/healthy", "/-/reload", "/-/quit", "/-/nosuch", "/metrics", "/federate", "/api/v1/query", "/api/v1/status/buildinfo", "/api/v1/label/job/values", "/api/v1/nosuch", "/api/v2/x", "/nosuch", "/version"):
            if (path, method) in (("/-/reload", "POST"), ("/-/reload", "PUT"), ("/-/quit", "POST"), ("/-/quit", "PUT")):
                continue
            body = b"" if method in ("POST", "PUT", "DELETE", "PATCH") else None
            yield Call(method, path, "", body, check_headers=True, status_only=path in ("/metrics", "/-/ready", "/-/healthy"), **options)
            if method in ("GET", "OPTIONS"):
                yield Call(method, path, "", body, {"Origin": "http://elsewhere.example"}, check_headers=True, status_only=path in ("/metrics", "/-/ready", "/-/healthy"), **options)
    for body, headers in ((b"", {}), (b"garbage", {}), (b"", {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}), (b"garbage", {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}),
                          (b"\x00", {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}), (b"\x05\x10abcde", {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}),
                          (b"garbage", {"Content-Type": "text/plain"}), (b"garbage", {"Content-Encoding": "gzip", "Content-Type": "application/x-protobuf"})):
        yield Call("POST", "/api/v1/read", "", body, headers, **options)
        yield Call("POST", "/api/v1/write", "", body, headers, status_only=True, **options)
    yield Call("GET", "/api/v1/read", **options)
    yield Call("GET", "/api/v1/write", **options)


def federate():
    for pairs in ([], [("match[]", "up")], [("match[]", "nosuch")], [("match[]", "{")], [("match[]", "{}")], [("match[]", "")], [("match[]", "up"), ("match[]", "{")], [("match[]", "bare")]):
        yield Call("GET", "/federate", form(pairs), golden=False, after_rules=True)
    for selectors in (["fed_up"], ["fed_gauge", "fed_up"], ['{__name__=~"fed_.+"}'], ["fed_up", "fed_up"], ['{__name__=~"fed_.+"}', "fed_up"], ['{"fed.dotted"}'], ['{site="paris"}'], ['{__name__="fed_old"}'], ['{__name__="fed_stale"}']):
        for accept in ("", "application/openmetrics-text;version=1.0.0", "text/plain;version=0.0.4;escaping=allow-utf-8", "text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain;version=1.0.0;escaping=underscores", "*/*", "application/vnd.google.protobuf"):
            if accept.startswith("application/vnd"):
                continue
            yield Call("GET", "/federate", form([("match[]", s) for s in selectors]), None, {"Accept": accept} if accept else {}, golden=False, after_rules=True)


def all_requests():
    for group in (instant, ranges, expressions, names, status, outside, rules, federate):
        yield from group()


def beyond_go(call, what):
    times = ("1e15", "1e18", "Inf", "NaN", "9223372036", "9999-12-31", "0000-01-01", "292273086", "292277025")
    return any(time in call.name() for time in times)


ACCEPTED = [
    (beyond_go, "times and durations that overflow Go's nanoseconds: there they wrap around, here they end at the year 287,000"),
    (lambda call, what: "timeout=" in call.query, "a timeout that is over at the start: Prometheus answers 400, 422 or 503 by where it notices, we always 503"),
    (lambda call, what: what.startswith(".error") and "<Item" in what, "Prometheus prints the number of a token that has no name"),
    (lambda call, what: what.startswith(".error") and "regexp" in what, "why a regular expression is broken is told in RE2's words"),
    (lambda call, what: "__name__%3D%22b%22" in call.query and "set twice" in what, "a match[] with two names can find nothing: Prometheus says so for queries only, we always"),
    (lambda call, what: "limit=" in call.query and call.path.endswith("/values") and what.startswith(".data["), "which values a limit lets through is not promised"),
    (lambda call, what: call.path.startswith(("/api/v1/label", "/api/v1/series")) and ("start=" in call.query or "end=" in call.query) and what.startswith(".data"), "Prometheus looks at whole blocks, we at each series' own times"),
    (lambda call, what: call.path == "/api/v1/series" and what.startswith(".data["), "series come in no order from Prometheus, sorted from us"),
    (lambda call, what: "%zz" in call.name() or ";" in call.query, "a broken escape or a ';' makes Prometheus forget the parameter; we take it as it stands and tell the error"),
    (lambda call, what: what.startswith("status 301"), "no redirects from doubled or final slashes: 404"),
    (lambda call, what: call.method == "HEAD" and what.startswith("status 405"), "HEAD is answered wherever GET is"),
    (lambda call, what: "404 page not found" in what or "Method Not Allowed" in what or "method not allowed" in what or "Only POST or PUT" in what or what.startswith("allow:"), "pages of 404 and 405, and their Allow header, are the server's own"),
    (lambda call, what: call.method == "OPTIONS" and what.startswith("status"), "OPTIONS is answered below /api/v1 for what exists"),
    (lambda call, what: call.path == "/-/quit", "the service manager ends the agent, not the API"),
    (lambda call, what: what.startswith(("vary", "access-control")), "no other site's page may read the API unless web.cors_origin names it (request_guard.h says why)"),
    (lambda call, what: "lapwingVersion" in what or call.path == "/version", "our own version stands beside Prometheus's"),
    (lambda call, what: call.path.startswith("/api/v1/status/") and what.startswith(".data"), "figures of Go's runtime, flags and TSDB's head that mean nothing here are zero, empty or left out"),
    (lambda call, what: "peakSamples" in what, "peakSamples counts what our engine holds"),
    (lambda call, what: call.path == "/federate" and what.startswith("status 200 / 400"), "/federate?match[]={} is empty from Prometheus, refused by us as everywhere else"),
    (lambda call, what: call.path == "/api/v1/read" and not what.startswith("status 200"), "remote read tells errors in its own words"),
    (lambda call, what: call.path == "/api/v1/write", "remote write tells errors in its own words (tests/agent/remote)"),
    (lambda call, what: "info%28" in call.query or "info(" in what, "info() is engine work; see ./dev prove conformance"),
]


def accepted(call, what):
    """Why the difference stands, or None."""
    for matches, reason in ACCEPTED:
        if matches(call, what):
            return reason
    return None
