# Odd pages, and what their target is configured with: for tests/prove/scrape.py, which runs them; alone it does nothing.
import gzip

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class Answer:
    """One answer of a scripted target."""

    def __init__(self, body, type=TEXT, status=200, headers=(), raw=False):
        self.body = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
        self.type, self.status, self.headers, self.raw = type, status, list(headers), raw


class Case:
    """A target's answers, one a scrape (the last is repeated), and its job's configuration."""

    def __init__(self, name, answers, config):
        self.name, self.config = name, config
        self.answers = [a if isinstance(a, Answer) else Answer(a) for a in answers]


def one_page_each(prefix, pages, type, end=""):
    """Each page between two good ones, so that staleness and memory of pages are seen as well."""
    good = "good 1\nshared{x=\"1\"} 2\n" + end
    return [Case(f"{prefix}_{i:03}", [Answer(good, type), Answer(page, type), Answer(good, type)], {})
            for i, page in enumerate(pages)]


# Not here: a bare name alone in braces that name no metric ("{x} 1"). Prometheus 3.5 ends itself on it, or
# takes the middle of the word for the metric's name; Lapwing fails the page, as later versions of it do. Nor
# blanks before a name, which Prometheus 3.5 makes part of the name, nor times of 1970, which are the store's matter.
TEXT_PAGES = [
    "", "\n", "\n\n \t\n", "# only a comment\n", "#\n", "#a\n", "# HELP\n", "# TYPE\n", "# HELP a\n", "# TYPE a\n",
    "# HELP a \n", "# HELP  a  b  c \na 1\n", "# TYPE a counter\na 1\n", "# TYPE a wat\na 1\n", "# TYPE a counter \na 1\n",
    "# TYPE a  counter\na 1\n", "# TYPE a untyped\na 1\n", "# TYPE a unknown\na 1\n", "# TYPE a info\na 1\n",
    "# TYPE a gauge\r\na 1\n", "# UNIT a seconds\na 1\n", "# EOF\na 1\n", "#TYPE a wat\na 1\n", "\t# TYPE a wat\n",
    " # HELP a x\na 1\n", "# TYPE 1a counter\n", "# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n", "# HELP \"a.b\" x\n",
    "a 1\r\n", "a 1", "a 1 ", "a\t1\n", "a  1\n", "a 1 \n", "a\n", "a \n", "a{} 1\n", "a{ } 1\n", "a {x=\"1\"} 1\n",
    "a{x=\"1\"}1\n", "a{x=\"1\",} 1\n", "a{x=\"1\"y=\"2\"} 1\n", "a{x=\"1\",,y=\"2\"} 1\n", "a{,} 1\n",
    "a{,x=\"1\"} 1\n", "a{x = \"1\" , y\t=\t\"2\" } 1\n", "a{x=1} 1\n", "a{x='1'} 1\n", "a{x} 1\n",
    "a{x=\"1} 1\n", "a{x=\"1\" 1\n", "a{x=\"1\"", "a{x=\"", "a{x", "a{", "{} 1\n", "{x=\"1\"} 1\n",
    "{\"a\"} 1\n", "{\"a\",} 1\n", "{\"a\",x=\"1\"} 1\n", "{x=\"1\",\"a\"} 1\n", "{\"a\",\"b\"} 1\n", "a{\"b\"} 1\n",
    "a{\"x.y\"=\"1\"} 1\n", "{\"a b\",\"x y\"=\"z\"} 1\n", "{\"\"} 1\n", "{\"a\",\"\"=\"1\"} 1\n", "{\"a\\\"b\"} 1\n",
    "{\"a\\nb\"} 1\n", "{\"a\nb\"} 1\n", "a{x=\"l1\nl2\"} 1\n", "a{x=\"\\\n\"} 1\n", "a{x=\"q\\\"b\\\\s\\nn\\z\"} 1\n",
    "a{x=\"\\\"} 1\n", "a{x=\"\"} 1\n", "a{x=\"\udcff\"} 1\n", "a{x=\"\udcc3\udca9\"} 1\n", "# HELP a \udcff\na 1\n",
    "{\"a\udcff\"} 1\n", "{\"a\",\"\udcff\"=\"1\"} 1\n", "a{x=\"\x00\"} 1\n", "a 1\n\x00b 2\n", "a 1\x00\n", "# c\x00d\na 1\n", "#c\x00d\na 1\n", "#\x00\na 1\n", "# \x00\na 1\n",
    "# HELP a b\x00c\na 1\n", "é 1\n", "{\"é\"} 1\n", "1a 1\n", "a-b 1\n", "a.b 1\n", "a:b 1\n", ":a 1\n", "a{x:y=\"1\"} 1\n",
    "a 0x10\n", "a 0x1p4\n", "a 0X1P4\n", "a 1_000\n", "a 0b1\n", "a 0o7\n", "a 010\n", "a 1e3\n", "a 1E3\n", "a 1e+3\n", "a 1e\n",
    "a 1e400\n", "a -1e400\n", "a 1e-400\n", "a .5\n", "a 5.\n", "a .\n", "a +3\n", "a -3\n", "a --3\n", "a - 3\n", "a 1,5\n",
    "a NaN\n", "a nan\n", "a NAN\n", "a +NaN\n", "a -nan\n", "a Inf\n", "a inf\n", "a +Inf\n", "a -inf\n", "a Infinity\n",
    "a infinit\n", "a iNfInItY\n", "a true\n", "a 1 2 3\n", "a 1 -1\n", "a 1 1.5\n", "a 1 99999999999999999999\n", "a 1 1e3\n",
    "a 1 +5\n", "a 1 # {x=\"1\"} 2\n", "a 1 # comment\n", "a 1{\n", "a 1}\n", "a 12345678901234567890\n", "a 0.1\n",
    "a 123456789.123456789\n", "a 9007199254740993\n", "a 0.1234567890123456789012345\n", "a 4.9e-324\n", "a -0\n",
    "a{__name__=\"b\"} 1\n", "{__name__=\"b\"} 1\n", "{\"a\",__name__=\"b\"} 1\n", "a{x=\"1\",x=\"2\"} 1\n", "a{x=\"1\",x=\"1\"} 1\n",
    "a{le=\"1\"} 1\n", "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
    "# TYPE h histogram\nh_bucket{le=\"1e6\"} 1\nh_bucket{le=\"0.00001\"} 1\nh_bucket{le=\"1e-3\"} 1\nh_bucket{le=\"inf\"} 1\n",
    "# TYPE h histogram\nh_bucket{le=\"1_000\"} 1\nh_bucket{le=\"0x1p3\"} 1\nh_bucket{le=\"x\"} 1\nh_bucket{le=\"\"} 1\n",
    "# TYPE h histogram\nh{le=\"_1\"} 1\nh{le=\"2_\"} 1\nh{le=\"3__0\"} 1\nh{le=\"0x_1p4\"} 1\nh{le=\"0x5\"} 1\nh{le=\"-0X1P-2\"} 1\n",
    "# TYPE h histogram\nh{le=\"1e400\"} 1\nh{le=\"NaN\"} 1\nh{le=\"-inf\"} 1\nh{le=\" 7\"} 1\nh{le=\"1_0.5_0\"} 1\nh{le=\"-0\"} 1\n",
    "# TYPE h histogram\nother{le=\"1\"} 1\nother{quantile=\"1\"} 1\n", "# TYPE h histogram\nh{le=\"1\"} 1\nh{le=\"1.0\"} 2\n",
    "# TYPE s summary\ns{quantile=\"1\"} 1\ns{quantile=\"0.5\"} 1\ns{quantile=\"10000000\"} 1\ns{le=\"1\"} 1\n",
    "h_bucket{le=\"1\"} 1\n# TYPE h histogram\nh_bucket{le=\"2\"} 1\n# TYPE g gauge\nh_bucket{le=\"3\"} 1\n",
    "a 1\na 2\n", "a 1\na 1\n", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n", "a{x=\"\"} 1\na 2\n", "{\"a\"} 1\na 2\n",
    "up 5\n", "scrape_duration_seconds 5\nscrape_samples_scraped 7\n", "a{case=\"mine\"} 1\n", "a{case=\"\"} 1\n",
    "a{exported_case=\"1\",case=\"2\"} 1\n", "a{exported_exported_case=\"0\",exported_case=\"1\",case=\"2\"} 1\n",
    "good 2\nshared{x=\"1\"} 3\n", "good 2\n", "shared{x=\"1\"} 3\ngood 2\n", "good 2\nnew 1\nshared{x=\"1\"} 3\n",
    "good 2\nbad 0x1\nshared{x=\"1\"} 3\n", "new 7\nbad bad\n", "good 2\nnew 7\nbad bad\n", "good NaN\nshared{x=\"1\"} Inf\n",
]

OPEN_PAGES = [
    "", "# EOF", "# EOF\n", "# EOF\n\n", "# EOF \n", "#EOF\n", "# EOFx", "a 1\n", "a 1\n# EOF", "a 1\n# EOF\n", "a 1\n# EOF\na 2\n", "a 1# EOF\n",
    "\n# EOF\n", "a 1\n\n# EOF\n", "# comment\n# EOF\n", "#\n# EOF\n", "a 1\r\n# EOF\n", " a 1\n# EOF\n", "a  1\n# EOF\n",
    "a 1 \n# EOF\n", "a\t1\n# EOF\n", "a 1\n # EOF\n", "a\n# EOF\n", "a 0x10\n# EOF\n", "a 1_000\n# EOF\n", "a 1e3\n# EOF\n",
    "a NaN\n# EOF\n", "a +Inf\n# EOF\n", "a 1e400\n# EOF\n", "a {x=\"1\"} 1\n# EOF\n", "a{ x=\"1\"} 1\n# EOF\n",
    "a{x=\"1\" } 1\n# EOF\n", "a{x=\"1\", y=\"2\"} 1\n# EOF\n", "a{x=\"1\"y=\"2\"} 1\n# EOF\n", "a{x=\"1\",} 1\n# EOF\n",
    "a{,} 1\n# EOF\n", "a{} 1\n# EOF\n", "a{x=\"1\"}1\n# EOF\n", "a{x=\"l1\nl2\"} 1\n# EOF\n", "a{x=\"\\n\\\\\\\"\\z\"} 1\n# EOF\n",
    "a{x=\"\udcff\"} 1\n# EOF\n", "a{x=\"\x00\"} 1\n# EOF\n", "a{x} 1\n# EOF\n",
    "{\"a.b\"} 1\n# EOF\n", "{\"a.b\",x=\"1\"} 1\n# EOF\n", "{x=\"1\",\"a.b\"} 1\n# EOF\n", "{\"a\",\"b\"} 1\n# EOF\n",
    "{\"a\nb\"} 1\n# EOF\n", "a{\"x.y\"=\"1\"} 1\n# EOF\n", "{x=\"1\"} 1\n# EOF\n", "{} 1\n# EOF\n", "{\"a\",} 1\n# EOF\n",
    "# TYPE a counter\na_total 1\na_created 1000\n# EOF\n", "# TYPE a counter\na 1\n# EOF\n", "# TYPE a wat\n# EOF\n",
    "# TYPE a untyped\n# EOF\n", "# TYPE a unknown\na 1\n# EOF\n", "# TYPE a stateset\na{a=\"x\"} 1\n# EOF\n",
    "# TYPE a info\na_info{v=\"1\"} 1\n# EOF\n", "# TYPE a gaugehistogram\na_bucket{le=\"1\"} 1\n# EOF\n",
    "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# EOF\n", "# UNIT a seconds\n# EOF\n", "# UNIT seconds seconds\n# EOF\n",
    "# UNIT a \n# EOF\n", "# UNIT a\n# EOF\n", "# HELP a\n# EOF\n", "# HELP a \n# EOF\n", "# HELP a \\n\\\"\\\\ x\na 1\n# EOF\n",
    "# HELP  a x\n# EOF\n", "# HELP a \udcff\n# EOF\n", "# TYPE a\n# EOF\n", "# TYPE  a gauge\n# EOF\n", "# TYPE a  gauge\n# EOF\n",
    "# TYPE a gauge \n# EOF\n", "# TYPE \"a.b\" gauge\n# EOF\n", "# HELP a x", "# OTHER a x\n# EOF\n",
    "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n# EOF\n",
    "# TYPE s summary\ns{quantile=\"1\"} 1\n# EOF\n", "a 1 # {} 2\n# EOF\n", "a 1 # {t=\"x\"} 2\n# EOF\n", "a 1 # {t=\"x\"} 2 3\n# EOF\n",
    "a 1 # {t=\"x\",u=\"y\",} 2\n# EOF\n", "a 1 # {t=\"x\"}\n# EOF\n", "a 1 # {t=\"x\"} y\n# EOF\n", "a 1 # {t=\"x\"} 2 NaN\n# EOF\n",
    "a 1 # {t=\"x\"} 2 3 4\n# EOF\n", "a 1 # {t} 2\n# EOF\n", "a 1 # {\"t\"} 2\n# EOF\n", "a 1 # {\"t\"=\"x\"} 2\n# EOF\n",
    "a 1 # {t=\"x\"y=\"z\"} 2\n# EOF\n", "a 1 #{t=\"x\"} 2\n# EOF\n", "a 1 #\n# EOF\n", "a 1 # comment\n# EOF\n", "a 1 # {t=\"\udcff\"} 2\n# EOF\n",
    "a 1 2 3\n# EOF\n", "a 1 NaN\n# EOF\n", "a 1 Inf\n# EOF\n", "a 1 x\n# EOF\n", "a 1 ct@5\n# EOF\n", "a 1 5 \n# EOF\n", "a 1 5 # x\n# EOF\n",
    "a 1 ", "a 1 # ", "a 1 # {x=\"1\"} 2 \n# EOF\n", "a 1 c\n# EOF\n", "good 2\na 1 \nshared{x=\"1\"} 3\n# EOF\n",
    "a 1\na 2\n# EOF\n", "1a 1\n# EOF\n", ":a 1\n# EOF\n", "é 1\n# EOF\n", "a{x:y=\"1\"} 1\n# EOF\n", "a 1\n\x00\n# EOF\n",
    "good 2\nbad 0x1\nshared{x=\"1\"} 3\n# EOF\n", "good 2\nshared{x=\"1\"} 3\n", "a{x=\"1\",x=\"2\"} 1\n# EOF\n",
]


def recent(seconds, now):
    return int((now - seconds) * 1000)


def timed_cases(now):
    old, older = recent(20, now), recent(40, now)
    text = [f"timed 1 {old}\nplain 1\n", "plain 2\n", f"timed 3 {old + 5000}\nplain 3\n", "plain 4\n"]
    seconds = [f"timed 1 {old / 1000}\nplain 1\n# EOF\n", "plain 2\n# EOF\n", f"timed 3 {old / 1000 + 5:.3f}\nplain 3\n# EOF\n"]
    return [
        Case("times", text, {}), Case("times_ignored", text, {"honor_timestamps": False}),
        Case("times_tracked", text, {"track_timestamps_staleness": True}),
        Case("times_open", [Answer(p, OPEN) for p in seconds], {}),
        Case("times_twice", [f"timed 1 {older}\ntimed 2 {old}\n", f"timed 3 {old + 1000}\n", "x 1\n"], {}),
        Case("times_same", [f"timed 1 {old}\n", f"timed 2 {old}\n", f"timed 1 {old}\n"], {}),
        Case("times_far_ahead", [f"timed 1 {recent(-3600, now)}\nplain 1\n", "plain 1\n"], {}),
        Case("times_then_none", [f"a 1 {old}\n", "a 2\n", f"a 3 {old + 3000}\n", "b 1\n"], {}),
    ]


RELABEL_DROP = [{"source_labels": ["__name__"], "regex": "drop.*", "action": "drop"}]


def configured_cases():
    page = "a 1\nb{x=\"1\"} 2\nc 3\n"
    return [
        Case("sample_limit_ok", [page], {"sample_limit": 3}),
        Case("sample_limit", ["a 1\n", page, "a 2\nb{x=\"1\"} 3\n", page, "a 5\n"], {"sample_limit": 2}),
        Case("sample_limit_relabelled", ["drop1 1\ndrop2 2\na 1\nb 2\n", "drop1 1\na 1\nb 1\nc 1\n"],
             {"sample_limit": 2, "metric_relabel_configs": RELABEL_DROP}),
        Case("sample_limit_doubles", ["a 1\na 2\na 3\nb 1\n", "a 1\nb 2\n"], {"sample_limit": 2}),
        Case("label_limit_ok", ["a{x=\"1\"} 1\n"], {"label_limit": 5}),
        Case("label_limit", ["a 1\n", "a 2\nb{x=\"1\",y=\"2\"} 2\n", "a 3\n"], {"label_limit": 5}),
        Case("label_limit_target", ["a 1\n"], {"label_limit": 3}),
        Case("label_name_length", ["a{abcdefghijk=\"1\"} 1\n", "a{abcdefghijklm=\"1\"} 1\n"], {"label_name_length_limit": 12}),
        Case("label_value_length", ["a{x=\"" + "v" * 30 + "\"} 1\n", "a{x=\"" + "v" * 31 + "\"} 1\n"], {"label_value_length_limit": 30}),
        Case("body_size_under", ["a 1\n"], {"body_size_limit": "5B"}), Case("body_size_equal", ["a 12\n"], {"body_size_limit": "5B"}),
        Case("body_size_over", ["a 1\n", "a 1\nb 2\nc 3\n", "a 1\n"], {"body_size_limit": "8B"}),
        Case("honor_labels", ["a{case=\"mine\",job=\"theirs\"} 1\nb{instance=\"\"} 2\nc 3\n"], {"honor_labels": True}),
        Case("relabel", ["drop1 1\nkeep{le=\"1\"} 2\ndrop2 3\n", "drop1 1\nkeep{le=\"1\"} 3\nnew 1\n"],
             {"metric_relabel_configs": RELABEL_DROP + [{"source_labels": ["le"], "target_label": "upto"}, {"regex": "le", "action": "labeldrop"}]}),
        Case("relabel_to_one", ["a{x=\"1\"} 1\na{x=\"2\"} 2\n", "a{x=\"2\"} 3\n", "a{x=\"1\"} 4\n"],
             {"metric_relabel_configs": [{"regex": "x", "action": "labeldrop"}]}),
        Case("relabel_all", ["a 1\n"], {"metric_relabel_configs": [{"regex": ".*", "action": "labeldrop"}]}),
        Case("relabel_no_name", ["a 1\n"], {"metric_relabel_configs": [{"regex": "__name__", "action": "labeldrop"}]}),
        Case("relabel_rename", ["a 1\nb 2\n"], {"metric_relabel_configs": [{"target_label": "__name__", "replacement": "same"}]}),
        Case("legacy_names", ["a 1\n", "a 2\n{\"a.b\"} 1\n", "a 3\n"],
             {"metric_name_validation_scheme": "legacy", "metric_name_escaping_scheme": "underscores"}),
        Case("legacy_labels", ["a 1\n", "a{\"x.y\"=\"1\"} 1\n"],
             {"metric_name_validation_scheme": "legacy", "metric_name_escaping_scheme": "underscores"}),
        Case("fallback_text", [Answer("a 1\n", None), Answer("a 2\n", "text/html"), Answer("a 3\n", "x; y")],
             {"fallback_scrape_protocol": "PrometheusText0.0.4"}),
        Case("fallback_open", [Answer("a 1\n# EOF\n", None), Answer("a 2\n# EOF\n", "text/html"), Answer("a 3\n", TEXT)],
             {"fallback_scrape_protocol": "OpenMetricsText1.0.0"}),
        Case("fallback_text_1", [Answer("a 1\n", "")], {"fallback_scrape_protocol": "PrometheusText1.0.0"}),
    ]


def answered_cases():
    good = Answer("a 1\n")
    types = [None, "", "text/plain", "TEXT/PLAIN", "text/plain;", "text/plain; version", "text/plain; a=1; a=2", "text/plain; a=\"b;c\"",
             "text/plain ; charset=x", "text/plain, text/html", "text/html", "application/json", "text", "text/plain; version=0.0.1", "/", ";",
             "text/plain; version=1.0.0; escaping=allow-utf-8", "application/vnd.google.protobuf"]
    cases = [Case(f"type_{i:02}", [good, Answer("a 2\n", type), good], {}) for i, type in enumerate(types)]
    cases += [Case(f"open_type_{i:02}", [Answer("a 2\n# EOF\n", type)], {}) for i, type in enumerate(
        ["application/openmetrics-text", "Application/OpenMetrics-Text; version=0.0.1", "application/openmetrics-text; version=9"])]
    cases += [Case(f"status_{status}", [good, Answer("a 2\n", status=status), good], {}) for status in (201, 204, 206, 299, 400, 404, 500, 503)]
    packed = gzip.compress(b"a 7\nb 8\n")
    cases += [
        Case("gzip", [Answer(packed, headers=[("Content-Encoding", "gzip")])], {}),
        Case("gzip_cut", [good, Answer(packed[:-6], headers=[("Content-Encoding", "gzip")]), good], {}),
        Case("gzip_not", [good, Answer("a 2\n", headers=[("Content-Encoding", "gzip")]), good], {}),
        Case("gzip_unasked", [good, Answer(packed, headers=[("Content-Encoding", "gzip")]), good], {"enable_compression": False}),
        Case("gzip_over_limit", [Answer(gzip.compress(b"a 1\n" * 100), headers=[("Content-Encoding", "gzip")])], {"body_size_limit": "100B"}),
        Case("encoding_unknown", [good, Answer("a 2\n", headers=[("Content-Encoding", "br")]), good], {}),
        Case("empty_without_type", [good, Answer("", None), good], {}),
        Case("empty_open", [Answer("a 1\n# EOF\n", OPEN), Answer("", OPEN), Answer("a 1\n# EOF\n", OPEN)], {}),
        Case("format_changes", [Answer("h_bucket{le=\"1\"} 1\n"), Answer("# TYPE h histogram\nh_bucket{le=\"1\"} 1\n# EOF\n", OPEN),
                                Answer("h_bucket{le=\"1\"} 1\n")], {}),
        Case("down_and_up", [good, Answer("x", status=500), Answer("x", status=500), Answer("a 2\n"), Answer("", status=503), Answer("b 1\n")], {}),
        Case("half_then_other", ["a 1\nb 1\nc 1\n", "a 2\nb x\n", "c 2\n", "a 3\nb 3\nc 3\n"], {}),
        Case("half_new", ["a 1\n", "new 1\na 2\nbad x\n", "new 2\na 3\n", "a 4\n"], {}),
        Case("flapping", ["a 1\nb 1\n", "a 2\n", "a 3\nb 3\n", "a 4\n", "b 5\na 5\n"], {}),
        Case("spelling_changes", ["a{x=\"1\",y=\"2\"} 1\n", "a{y=\"2\",x=\"1\"} 2\n", "a{y=\"2\",x=\"1\",} 3\n"], {}),
        Case("grows", ["".join(f"s{{n=\"{i}\"}} {i}\n" for i in range(n)) for n in (1, 3, 2, 5, 4)], {}),
        Case("turns", ["a 1\nb 2\nc 3\n", "c 4\nb 5\na 6\n", "b 7\na 8\nc 9\n"], {}),
        Case("type_changes", ["# TYPE a counter\na 1\n", "# TYPE a gauge\n# HELP a x\na 2\n", "# HELP a y\na 3\n"], {}),
        Case("type_moves", ["# TYPE h histogram\nh{le=\"1\"} 1\n", "h{le=\"1\"} 2\n", "# TYPE h histogram\nh{le=\"1\"} 3\n"], {}),
    ]
    return cases


def all_cases(now):
    return (one_page_each("text", TEXT_PAGES, TEXT) + one_page_each("open", OPEN_PAGES, OPEN, "# EOF\n") + timed_cases(now) +
            configured_cases() + answered_cases())
