#include "alerting/template/default_templates.h"

namespace lapwing::alerting {

// Names that begin with "lapwing." are shared parts of our own; all others are Alertmanager's.
const std::string_view kDefaultTemplates = R"tmpl(
{{ define "__alertmanager" }}Alertmanager{{ end }}
{{ define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end }}
{{ define "__description" }}{{ end }}

{{/* "[FIRING:2] HostDown (db west)": how many, what they are grouped by, what else they share. */}}
{{ define "__subject" -}}
  [{{ .Status | toUpper }}
  {{- if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] {{ join " " .GroupLabels.Values }}{{ " " }}
  {{- if gt (len .CommonLabels) (len .GroupLabels) -}}
    ({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join " " .Values }}{{ end }})
  {{- end }}
{{- end }}

{{ define "lapwing.pairs" }}{{ range .pairs }}{{ $.before }}- {{ .Name }} = {{ .Value }}
{{ end }}{{ end }}

{{ define "__text_alert_list" -}}
{{ range . -}}
Labels:
{{ template "lapwing.pairs" (dict "pairs" .Labels.SortedPairs "before" " ") -}}
Annotations:
{{ template "lapwing.pairs" (dict "pairs" .Annotations.SortedPairs "before" " ") -}}
Source: {{ .GeneratorURL }}
{{ end }}{{ end }}

{{ define "__text_alert_list_markdown" }}{{ range . }}
Labels:
{{ template "lapwing.pairs" (dict "pairs" .Labels.SortedPairs "before" "  ") }}
Annotations:
{{ template "lapwing.pairs" (dict "pairs" .Annotations.SortedPairs "before" "  ") }}
Source: {{ .GeneratorURL }}
{{ end }}
{{ end }}

{{ define "lapwing.annotations" }}{{ join " " .CommonAnnotations.Values }}{{ end }}

{{ define "lapwing.dense" -}}
  {{ with .Alerts.Firing }}Alerts Firing:
{{ template "__text_alert_list" . }}{{ end }}
{{ with .Alerts.Resolved }}Alerts Resolved:
{{ template "__text_alert_list" . }}{{ end }}{{ end }}

{{ define "lapwing.wide" }}{{ with .Alerts.Firing }}
Alerts Firing:
{{ template "__text_alert_list" . }}
{{ end }}
{{ with .Alerts.Resolved }}
Alerts Resolved:
{{ template "__text_alert_list" . }}
{{ end }}
{{ end }}

{{ define "lapwing.markdown" }}
{{ with .Alerts.Firing }}
# Alerts Firing:
{{ template "__text_alert_list_markdown" . }}
{{ end }}
{{ with .Alerts.Resolved }}
# Alerts Resolved:
{{ template "__text_alert_list_markdown" . }}
{{ end }}
{{ end }}

{{ define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "slack.default.fallback" }}{{ template "__subject" . }} | {{ template "__alertmanagerURL" . }}{{ end }}
{{ define "slack.default.callbackid" }}{{ end }}
{{ define "slack.default.pretext" }}{{ end }}
{{ define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "slack.default.iconemoji" }}{{ end }}
{{ define "slack.default.iconurl" }}{{ end }}
{{ define "slack.default.text" }}{{ end }}
{{ define "slack.default.footer" }}{{ end }}
{{ define "slack.default.color" }}{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}{{ end }}

{{ define "mattermost.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "mattermost.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "mattermost.default.fallback" }}{{ template "slack.default.fallback" . }}{{ end }}
{{ define "mattermost.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "mattermost.default.color" }}{{ template "slack.default.color" . }}{{ end }}
{{ define "mattermost.default.text" }}{{ template "lapwing.markdown" . }}{{ end }}

{{ define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{ define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}

{{ define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end }}
{{ define "opsgenie.default.description" }}{{ template "lapwing.annotations" . }}
{{ template "lapwing.dense" . }}{{ end }}
{{ define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end }}

{{ define "wechat.default.message" }}{{ template "__subject" . }}
{{ template "lapwing.annotations" . }}
{{ template "lapwing.dense" . }}
AlertmanagerUrl:
{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "wechat.default.to_user" }}{{ end }}
{{ define "wechat.default.to_party" }}{{ end }}
{{ define "wechat.default.to_tag" }}{{ end }}
{{ define "wechat.default.agent_id" }}{{ end }}

{{ define "victorops.default.state_message" }}{{ template "lapwing.annotations" . }}
{{ template "lapwing.dense" . }}{{ end }}
{{ define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end }}
{{ define "victorops.default.monitoring_tool" }}{{ template "__alertmanager" . }}{{ end }}

{{ define "pushover.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "pushover.default.message" }}{{ template "lapwing.annotations" . }}
{{ template "lapwing.wide" . }}{{ end }}
{{ define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end }}

{{ define "sns.default.subject" }}{{ template "__subject" . }}{{ end }}
{{ define "sns.default.message" }}{{ template "lapwing.annotations" . }}
{{ template "lapwing.wide" . }}{{ end }}

{{ define "telegram.default.message" }}
{{ template "lapwing.wide" . }}{{ end }}

{{ define "discord.default.content" }}{{ end }}
{{ define "discord.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "discord.default.message" }}
{{ template "lapwing.wide" . }}{{ end }}

{{ define "webex.default.message" }}{{ template "lapwing.annotations" . }}
{{ template "lapwing.wide" . }}{{ end }}

{{ define "msteams.default.summary" }}{{ template "__subject" . }}{{ end }}
{{ define "msteams.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "msteams.default.text" }}{{ template "lapwing.markdown" . }}{{ end }}
{{ define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "msteamsv2.default.text" }}{{ template "lapwing.markdown" . }}{{ end }}

{{ define "jira.default.summary" }}{{ template "__subject" . }}{{ end }}
{{ define "jira.default.description" }}{{ template "lapwing.markdown" . }}{{ end }}
{{/* The worst severity that fires; when none of those is known, the worst that has ended. */}}
{{ define "jira.default.priority" -}}
  {{ $priorities := dict "critical" "High" "warning" "Medium" "info" "Low" }}
  {{- $worst := "" }}
  {{- range $alerts := list .Alerts.Firing .Alerts.Resolved }}
    {{- if not $worst }}
      {{- range $severity := stringSlice "info" "warning" "critical" }}
        {{- range $alerts }}
          {{- if eq .Labels.severity $severity }}{{ $worst = index $priorities $severity }}{{ end }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}
  {{- $worst }}
{{- end }}

{{ define "rocketchat.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "rocketchat.default.alias" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "rocketchat.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "rocketchat.default.emoji" }}{{ end }}
{{ define "rocketchat.default.iconurl" }}{{ end }}
{{ define "rocketchat.default.text" }}{{ end }}

{{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
{{ define "lapwing.mail.alert" -}}
<tr><td style="padding: 12px 0; border-top: 1px solid #dddddd;">
<strong>{{ .Labels.alertname }}</strong>
<table style="margin-top: 6px; font-size: 13px;">
{{ range .Labels.SortedPairs -}}
<tr><td style="padding-right: 12px; color: #666666;">{{ .Name }}</td><td>{{ .Value }}</td></tr>
{{ end -}}
{{ range .Annotations.SortedPairs -}}
<tr><td style="padding-right: 12px; color: #666666;">{{ .Name }}</td><td><strong>{{ .Value }}</strong></td></tr>
{{ end -}}
<tr><td style="padding-right: 12px; color: #666666;">since</td><td>{{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}</td></tr>
{{ if eq .Status "resolved" -}}
<tr><td style="padding-right: 12px; color: #666666;">until</td><td>{{ .EndsAt.Format "2006-01-02 15:04:05 MST" }}</td></tr>
{{ end -}}
</table>
{{ with .GeneratorURL }}<a href="{{ . }}" style="font-size: 13px;">Source</a>{{ end }}
</td></tr>
{{ end }}
{{ define "email.default.html" -}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin: 0; padding: 16px; background: #f4f4f4; color: #222222; font-family: sans-serif; font-size: 14px;">
<table style="max-width: 640px; margin: 0 auto; background: #ffffff; padding: 16px;" role="presentation">
<tr><td style="padding-bottom: 12px; font-size: 16px;"><strong>{{ template "__subject" . }}</strong></td></tr>
{{ with .Alerts.Firing -}}
<tr><td style="padding: 8px 0; color: #b3261e;"><strong>Firing: {{ len . }}</strong></td></tr>
{{ range . }}{{ template "lapwing.mail.alert" . }}{{ end }}
{{- end }}
{{ with .Alerts.Resolved -}}
<tr><td style="padding: 8px 0; color: #1e7b34;"><strong>Resolved: {{ len . }}</strong></td></tr>
{{ range . }}{{ template "lapwing.mail.alert" . }}{{ end }}
{{- end }}
<tr><td style="padding-top: 12px; border-top: 1px solid #dddddd; font-size: 12px; color: #666666;"><a href="{{ template "__alertmanagerURL" . }}">{{ .ExternalURL }}</a></td></tr>
</table>
</body>
</html>
{{ end }}
)tmpl";

}  // namespace lapwing::alerting
