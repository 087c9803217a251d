"""Texts for ./dev prove templates: what notifications' templates can say, good and bad; and one notification."""

DATA = {
    "receiver": "team\\-x", "status": "firing", "externalURL": "http://am:9093/x",
    "groupLabels": {"alertname": "A"}, "commonLabels": {"alertname": "A", "job": "j"}, "commonAnnotations": {},
    "alerts": [
        {"status": "firing", "labels": {"alertname": "A", "instance": "h:1", "z": "<b>&\"'", "severity": "page"},
         "annotations": {"summary": "s & <x>", "url": "http://x/?a=b&c=d"}, "startsAt": "2026-01-02T03:04:05.678Z",
         "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://p/graph?g0.expr=a+%3E+1", "fingerprint": "abc"},
        {"status": "resolved", "labels": {"alertname": "A", "instance": "h:2"}, "annotations": {},
         "startsAt": "2026-07-02T03:04:05+02:00", "endsAt": "2026-07-02T04:04:05.000000123Z", "generatorURL": "", "fingerprint": "abd"}],
}

TEXTS = [
    # What is there.
    "{{ . }}", "{{ .Receiver }}|{{ .Status }}|{{ .ExternalURL }}", "{{ .CommonLabels }} {{ .Alerts.Firing }}",
    "{{ printf \"%v %s %q\" .CommonLabels .CommonLabels .CommonLabels }}", "{{ .GroupLabels.SortedPairs }}",
    "{{ .CommonLabels.SortedPairs.Names }}{{ .CommonLabels.SortedPairs.Values }}", "{{ .CommonLabels.Names }} {{ .CommonLabels.Values }}",
    "{{ .CommonLabels.Remove .GroupLabels.Names }}", "{{ stringSlice \"job\" | .CommonLabels.Remove }}", "{{ .CommonLabels.job }}[{{ .CommonLabels.none }}]",
    "{{ (index .Alerts 0).Labels.z }} {{ index .CommonLabels \"job\" }} {{ index .CommonLabels \"none\" }}",
    "{{ range .Alerts }}{{ .Status }} {{ .Fingerprint }} {{ .Labels.instance }} {{ end }}",
    "{{ range $i, $a := .Alerts }}{{ $i }}={{ $a.Labels.instance }} {{ end }}", "{{ range $k, $v := .CommonLabels }}{{ $k }}={{ $v }};{{ end }}",
    "{{ len .Alerts }} {{ len .Alerts.Firing }} {{ .Alerts.Resolved | len }} {{ len .CommonLabels }} {{ len \"héé\" }}",
    "{{ toJson . }}", "{{ toJson .CommonLabels.SortedPairs }}", "{{ toJson .Alerts.Firing }}", "{{ toJson (list 1 1.5 \"é<&\\u2028\" true nil) }}",
    "{{ with .CommonAnnotations }}x{{ else }}none{{ end }}", "{{ with .CommonLabels.job }}{{ . }}{{ end }}",
    "{{ with .CommonAnnotations.a }}x{{ else with .CommonLabels.job }}{{ . }}{{ else }}y{{ end }}",
    "{{ if and (eq .Status \"firing\") (gt (len .Alerts) 1) }}many{{ else if eq .Status \"resolved\" }}r{{ else }}e{{ end }}",
    "{{ if not .CommonAnnotations }}none{{ end }}", "{{ or .CommonAnnotations.x .CommonLabels.job \"z\" }} {{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 \"\" }}|",
    # Variables, blocks, definitions, comments, trim markers.
    "{{ $x := 1 }}{{ range .Alerts }}{{ $x = len .Labels }}{{ end }}{{ $x }}", "{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}",
    "{{ $ }}{{ range .Alerts }}{{ $.Status }}{{ end }}", "{{ define \"a\" }}[{{ . }}]{{ end }}{{ template \"a\" .Status }}{{ template \"a\" }}",
    "{{ block \"b\" .Status }}<{{ . }}>{{ end }}", "{{ template \"own\" .Status }}{{ template \"own.tmpl\" . }}", "{{ template \"blank\" }}",
    "{{ define \"own\" }}mine{{ end }}{{ template \"own\" . }}", "{{ define \"own\" }} {{ end }}{{ template \"own\" 1 }}",
    "a  {{- 1 -}}  b {{/* c */}} d {{- /* e */ -}} f", "{{`raw \\n`}}{{ \"q\\t\\\"\\u00e9\" }}{{ 'a' }}{{ '\\n' }}", "{{ /* c */ }}", "x {{- \" y \" -}} z",
    "{{ range .Alerts }}{{ if eq .Status \"resolved\" }}{{ continue }}{{ end }}{{ .Status }}{{ break }}{{ end }}",
    "{{ range .CommonAnnotations }}x{{ else }}none{{ end }}", "{{ range 3 }}{{ . }}{{ end }}", "{{ range $i := 2 }}{{ $i }}{{ end }}",
    "{{ range $i, $x := stringSlice \"a\" \"b\" }}{{ if $i }}, {{ end }}{{ $x }}{{ end }}", "{{ with $x := .Status }}{{ $x }}{{ end }}",
    # Numbers, comparison, printing.
    "{{ 1 }} {{ 1.0 }} {{ 1e3 }} {{ 1e21 }} {{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1_000 }} {{ -3 }} {{ +3 }} {{ 1e-7 }} {{ 123456789.0 }}",
    "{{ eq 1 1 }} {{ eq \"a\" \"b\" \"a\" }} {{ ne 1 2 }} {{ lt 1.5 2.5 }} {{ le 2 2 }} {{ gt \"b\" \"a\" }} {{ ge 2 3 }}",
    "{{ printf \"%d %5d|%-5d|%05d %+d %x %X %o %b %c\" 42 42 42 42 42 255 255 8 5 65 }}", "{{ printf \"%s %10s|%-10s|%.2s %q %x\" \"a\" \"b\" \"c\" \"defg\" \"h\\n\" \"hi\" }}",
    "{{ printf \"%f %.2f %8.3f %e %g %G %v\" 1.5 2.345 3.14159 12345.678 1e21 1e-7 0.1 }}", "{{ printf \"%t %v %T\" true false 1.5 }}",
    "{{ printf \"%d\" \"x\" }} {{ printf \"%s\" 1 }} {{ printf \"%d\" }} {{ printf \"x\" 1 \"a\" }} {{ printf \"%z\" 1 }} {{ printf \"%\" }} {{ printf \"100%%\" }}",
    "{{ printf \"%v %v\" nil (list 1 \"a\") }} {{ printf \"%*d\" 5 42 }} {{ printf \"%6.2f%%\" 99.5 }} {{ printf \"%#x %# x\" 255 \"ab\" }} {{ printf \"%08.3f\" -3.14159 }}",
    "{{ printf \"%[2]s %[1]s\" \"a\" \"b\" }}", "{{ printf \"%+v\" (index .Alerts 1) }}", "{{ print 1 2 \"a\" 3 4 }} {{ println \"a\" 1 }}x", "{{ print nil }}",
    "{{ print .CommonLabels 1 }}", "{{ slice \"abcdef\" 1 3 }} {{ slice \"abcdef\" 2 }} {{ slice (list 1 2 3) 1 }}", "{{ index (list 1 2 3) 2 }}",
    "{{ html \"<a&'\\\">\" }} {{ js \"<a>'=\\\"\\n\\\\é\" }} {{ urlquery \"a b&c=é\" }}",
    # Alertmanager's functions.
    "{{ toUpper \"aé\" }} {{ toLower \"AÉ\" }} {{ title \"fooBAR o'neil a-b hello_world école 3com a.b\" }} [{{ trimSpace \" \\t x y\\u00a0\" }}]",
    "{{ join \", \" .CommonLabels.Names }} {{ .CommonLabels.Values | join \"/\" }}", "{{ match \"^a.c$\" \"abc\" }} {{ match \"x\" \"abc\" }}",
    "{{ reReplaceAll \"a(.)\" \"$1-${1}z$1z\" \"yabac\" }} {{ \"a.b\" | reReplaceAll \"\\\\.\" \"$$\" }}", "{{ stringSlice \"a\" \"b\" }}",
    "{{ safeHtml \"<x>\" }} {{ safeUrl \"a b\" }} {{ urlUnescape \"a%20b+c%3F\" }}",
    "{{ date \"2006-01-02 15:04:05.000 MST -0700\" (tz \"Europe/Berlin\" (index .Alerts 0).StartsAt) }}", "{{ (index .Alerts 1).StartsAt }} {{ (index .Alerts 1).EndsAt }}",
    "{{ ((index .Alerts 0).StartsAt.Add 28800e9).Format \"2006-01-02 15:04:05\" }}", "{{ (index .Alerts 0).StartsAt.Format \"Mon Jan _2 3:04PM 2006\" }}",
    "{{ (index .Alerts 0).StartsAt.Unix }} {{ (index .Alerts 0).StartsAt.UnixMilli }} {{ (index .Alerts 0).StartsAt.Month }} {{ (index .Alerts 0).StartsAt.Weekday }}",
    "{{ (index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt }} {{ ((index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt).Minutes }}",
    "{{ (index .Alerts 0).EndsAt.IsZero }} {{ (index .Alerts 0).StartsAt.After (index .Alerts 1).StartsAt }} {{ (index .Alerts 0).StartsAt.Local.Year }}",
    "{{ humanizeDuration 90061.5 }} {{ humanizeDuration 0.0012 }} {{ humanizeDuration \"59\" }} {{ humanizeDuration ((index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt) }}",
    "{{ list 1 \"a\" }} {{ append (list 1) 2 3 }} {{ list }} {{ dict \"b\" 1 \"a\" nil }} {{ (dict \"a\" 1).a }} {{ (dict \"a\" 1).b }}",
    "{{ $d := dict \"x\" (list .Status) }}{{ range $d.x }}{{ . }}{{ end }}", "{{ toJson (dict \"b\" 1 \"a\" (dict)) }}", "{{ eq .Alerts.Firing .Alerts.Firing }}",
    "{{ range (list 1 2) }}{{ . }}{{ end }}{{ len (dict \"a\" 1) }}", "{{ (index .Alerts 0).Labels.Remove (stringSlice \"z\" \"instance\") }}", "{{ true }} {{ false | not }}",
    "{{ .Alerts }}", "{{ .CommonLabels.SortedPairs | len }}", "{{ (.CommonLabels.Remove (stringSlice)).job }}", "{{ index .Alerts.Firing 0 | printf \"%v\" | len }}",
    # What cannot be.
    "{{ nosuch }}", "{{ .No }}", "{{ .Status.No }}", "{{ template \"no\" }}", "{{", "{{ if }}", "{{ if true }}", "{{ end }}", "{{ else }}", "{{ \"a }}", "{{ `a }}", "{{ $x }}",
    "{{ $x = 1 }}", "{{ break }}", "{{ 1 2 }}", "{{ 1 | 2 }}", "{{ toUpper 1 }}", "{{ toUpper }}", "{{ eq 1 1.0 }}", "{{ eq 1 \"a\" }}", "{{ lt true false }}", "{{ index .Alerts 5 }}",
    "{{ index .CommonLabels 1 }}", "{{ index nil 1 }}", "{{ slice \"abc\" 2 1 }}", "{{ slice 1 2 }}", "{{ len 1 }}", "{{ join \",\" 1 }}", "{{ since 1 }}", "{{ tz \"No/Where\" now }}",
    "{{ dict \"a\" }}", "{{ dict 1 2 }}", "{{ append .Alerts 1 }}", "{{ match \"a(b\" \"x\" }}", "{{ reReplaceAll \"a(b\" \"x\" \"y\" }}", "{{ urlUnescape \"%zz\" }}", "{{ nil }}", "{{ .CommonLabels.Remove }}",
    "{{ .CommonLabels.Remove 1 }}", "{{ .CommonLabels.job 1 }}", "{{ .Status 1 }}", "{{ range 1.5 }}{{ end }}", "{{ range \"abc\" }}{{ . }}{{ end }}", "{{ range true }}{{ end }}", "{{ with }}{{ end }}",
    "{{ define \"x\" }}1{{ end }}{{ define \"x\" }}2{{ end }}", "{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}", "{{ define x }}{{ end }}", "{{ template x }}", "{{ printf }}", "{{ printf 1 }}", "{{ not }}",
    "{{ if true }}{{ else }}{{ else }}{{ end }}", "{{ range . }}{{ end }}", "{{ a.b }}", "{{ .a .b }}", "{{ \"a\".b }}", "{{ 1.b }}", "{{ (.Status }}", "{{ .Status) }}", "{{ .Status | }}", "{{ | .Status }}",
    "{{ .Status, 1 }}", "{{ $a, $b := .Alerts }}", "{{ range $a, $b, $c := .Alerts }}{{ end }}", "{{ printf \"%d\"1 }}", "{{ \"\\q\" }}", "{{ 'ab' }}", "{{ 09 }}", "{{ 1__0 }}", "{{ 99999999999999999999 }}", "{{ .Alerts.Nope }}",
    "{{ (index .Alerts 0).StartsAt.Add \"x\" }}", "{{ (index .Alerts 0).StartsAt.Format 1 }}", "{{ date 1 now }}", "{{ toJson }}", "{{ if eq }}{{ end }}", "{{ # }}", "{{ /* open }}", "{{ .-}}", "{{-1}}", "{{- 1}}", "{{1 -}}  x", "{{.Status}}",
    "{{ else if true }}", "{{ if true }}a{{ else with 1 }}b{{ end }}", "{{ with 0 }}a{{ else if 1 }}b{{ end }}", "{{ block \"x\" }}{{ end }}", "{{ template \"own\" 1 2 }}", "{{ call 1 }}", "{{ $.Status }}{{ $x := .Status }}{{ $x }}{{ .Status | $x }}",
]

HTML = [
    "<p>{{ (index .Alerts 0).Labels.z }} {{ \"a+b\" }}</p>", "<p title=\"{{ (index .Alerts 0).Labels.z }}\" class={{ (index .Alerts 0).Labels.z }}>",
    "<!-- gone {{ .Status }} -->x", "<a href=\"{{ (index .Alerts 0).GeneratorURL }}\">x</a>", "<a href=\"/q?x={{ \"a b&c+\" }}#{{ \"é'\" }}\">y</a>", "<a href='{{ \"a b'c\" }}'>",
    "<a href=\"{{ \"javascript:alert(1)\" }}\">", "<a href=\"{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}\">", "<title>{{ \"<b>\" }} a < b</title><p>{{ \"<\" }}",
    "<b style=\"color: {{ \"red\" }}; width: {{ \"expression(1)\" }}\">a < b &lt; {{ safeHtml \"<i>\" }}</b>", "<input value={{ \"\" }}>", "<style>p { color: {{ \"blue;\" }} }</style>",
    "<script>var s = \"{{ \"a\\\"</script>\" }}\"; y = {{ .CommonLabels }}; z = {{ len .Alerts }}; t = {{ .Status }}</script>", "<img src={{ \"a b\" }} onclick=\"f({{ \"x'\" }})\">", "{{ \"<\" | html }}", "<a {{ \"attr\" }}=\"1\">",
    "<a {{ \"onclick\" }}=\"1\">", "{{ .CommonLabels }} {{ 1.5 }} {{ true }} {{ .Alerts.Firing }}", "<td>{{ range .Alerts }}<b>{{ .Status }}</b>{{ end }}</td>", "{{ define \"x\" }}<i>{{ . }}</i>{{ end }}{{ template \"x\" \"<&>\" }}",
    "<textarea>{{ \"</textarea>\" }}</textarea>", "<a title='{{ \"it's\" }}' data-x=\"{{ \"<\" }}\">", "<a href=\"{{ safeUrl \"javascript:x\" }}\">", "<p title=\"{{ safeHtml \"<b>x</b>&amp;\" }}\">", "plain <b>text</b> 1 < 2", "<!DOCTYPE html><br/><BR>{{ .Status }}",
    "<a href=\"mailto:{{ \"a@b c\" }}\">", "<a href={{ \"http://x/?a=1&b=2\" }}>", "{{ .CommonLabels.none }}|{{ dict \"a\" nil }}", "<p>{{ (index .Alerts 0).StartsAt }}</p>",
]

# Name and what the template gets; those that Alertmanager's receivers use, and the parts that people's own files call.
DEFAULTS = [(name, ".") for name in """__alertmanager __alertmanagerURL __subject __description slack.default.title slack.default.username slack.default.fallback
slack.default.callbackid slack.default.pretext slack.default.titlelink slack.default.iconemoji slack.default.iconurl slack.default.text slack.default.footer slack.default.color mattermost.default.title mattermost.default.titlelink mattermost.default.fallback
mattermost.default.username mattermost.default.color mattermost.default.text
pagerduty.default.description pagerduty.default.client pagerduty.default.clientURL opsgenie.default.message opsgenie.default.description opsgenie.default.source
wechat.default.message wechat.default.to_user wechat.default.to_party wechat.default.to_tag wechat.default.agent_id victorops.default.state_message
victorops.default.entity_display_name victorops.default.monitoring_tool pushover.default.title pushover.default.message pushover.default.url sns.default.subject
sns.default.message telegram.default.message discord.default.content discord.default.title discord.default.message webex.default.message msteams.default.summary
msteams.default.title msteams.default.text msteamsv2.default.title msteamsv2.default.text jira.default.summary jira.default.description jira.default.priority
rocketchat.default.title rocketchat.default.alias rocketchat.default.titlelink rocketchat.default.emoji rocketchat.default.iconurl rocketchat.default.text
email.default.subject""".split()] + [(name, f".Alerts.{state}") for name in ("__text_alert_list", "__text_alert_list_markdown", "pagerduty.default.instances")
                                     for state in ("Firing", "Resolved")]
