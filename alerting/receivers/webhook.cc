#include "alerting/receivers/webhook.h"

#include <algorithm>
#include <optional>

#include "agent/base/json.h"
#include "agent/base/json_value.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"
#include "alerting/template/json.h"

namespace lapwing::alerting {
namespace {

/// Byte for byte what Alertmanager sends.
void write_text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key).raw(go_json_string(value));
}

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) write_text(json, label.name, label.value);
  json.end_object();
}

/// RFC 3339 as Go writes it: no zeros at the end of the fraction; year 1 for "not yet".
std::string time_text(Timestamp time) {
  if (time == Timestamp{}) return "0001-01-01T00:00:00Z";
  std::string text = format_rfc3339(time);
  if (text.find('.') == std::string::npos) return text;
  text.pop_back();
  while (text.back() == '0') text.pop_back();
  return text + 'Z';
}

void write_alert(JsonWriter& json, const NotificationAlert& alert) {
  json.begin_object();
  write_text(json, "status", alert.resolved() ? "resolved" : "firing");
  write_labels(json, "labels", alert.labels);
  write_labels(json, "annotations", alert.annotations);
  write_text(json, "startsAt", time_text(alert.starts_at));
  write_text(json, "endsAt", time_text(alert.ends_at));
  write_text(json, "generatorURL", alert.generator_url);
  write_text(json, "fingerprint", fingerprint_text(fingerprint(alert.labels)));
  if (alert.values.known() && alert.resolved()) {
    json.key("values").begin_object();
    json.key("peak").number(alert.values.peak);
    json.key("last").number(alert.values.last);
    json.key("recovered").number(alert.values.recovered);
    json.key("durationSeconds").number(to_seconds(alert.ends_at - alert.starts_at)).end_object();
  }
  json.end_object();
}

/// What `payload` holds: a text with actions, or a tree whose texts have them.
struct PayloadPart {
  config::Value::Kind kind = config::Value::Kind::Null;
  NotificationTemplate text;
  std::string plain;                 ///< a scalar without quotes that is no text: JSON already
  std::vector<std::string> names{};  ///< of a map's parts
  std::vector<PayloadPart> parts{};  ///< of a list or a map
};

/// What a YAML scalar without quotes is in JSON; empty: a text.
std::string plain_json(const config::Value& value) {
  if (value.quoted()) return {};
  const std::string& text = value.text();
  if (text == "true" || text == "false") return text;
  if (text == "null" || text == "~") return "null";
  const bool number = !text.empty() && text.find_first_not_of("-0123456789.") == std::string::npos;
  return number && parse_json(text) ? text : std::string();
}

PayloadPart read_part(config::Mapping& map, const config::Value& value) {
  PayloadPart part;
  part.kind = value.kind();
  if (part.kind == config::Value::Kind::Scalar) {
    part.plain = plain_json(value);
    auto text = NotificationTemplate::parse(value.text());
    if (text)
      part.text = *std::move(text);
    else
      map.error("payload", text.error().message);
  }
  if (part.kind == config::Value::Kind::List)
    for (const config::Value& item : value.items()) part.parts.push_back(read_part(map, item));
  if (part.kind == config::Value::Kind::Map)
    for (const config::Value::Entry& entry : value.entries()) {
      part.names.push_back(entry.key);
      part.parts.push_back(read_part(map, entry.value));
    }
  return part;
}

/// A text whose expansion is a JSON object or list stands in the body as that.
void write_part(JsonWriter& json, const PayloadPart& part, Texts& texts) {
  switch (part.kind) {
    case config::Value::Kind::Null:
      json.null();
      break;
    case config::Value::Kind::Scalar: {
      if (!part.plain.empty()) {
        json.raw(part.plain);
        break;
      }
      const std::string text = texts(part.text);
      const bool nested = text.starts_with('{') || text.starts_with('[');
      if (nested && parse_json(text))
        json.raw(text);
      else
        json.string(text);
      break;
    }
    case config::Value::Kind::List:
      json.begin_array();
      for (const PayloadPart& item : part.parts) write_part(json, item, texts);
      json.end_array();
      break;
    case config::Value::Kind::Map:
      json.begin_object();
      for (std::size_t i = 0; i < part.parts.size(); ++i) {
        json.key(part.names[i]);
        write_part(json, part.parts[i], texts);
      }
      json.end_object();
      break;
  }
}

struct WebhookOptions {
  SecretText url;
  std::uint64_t max_alerts = 0;
  std::optional<PayloadPart> payload;
};

class WebhookReceiver final : public PostReceiver {
 public:
  WebhookReceiver(Options common, WebhookOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification& notification, const DeliveryContext& context,
                       Texts& texts) const override {
    auto url = own_.url.reveal();
    if (!url) return Error(url.error()).in("url");
    Post post{*std::move(url), {}};
    if (!own_.payload) {
      post.body = webhook_payload(notification, context.external_url, own_.max_alerts);
    } else if (own_.payload->kind == config::Value::Kind::Scalar) {
      post.body = texts(own_.payload->text);
    } else {
      JsonWriter json(post.body);
      write_part(json, *own_.payload, texts);
    }
    return post;
  }

  const WebhookOptions own_;
};

}  // namespace

std::string webhook_payload(const Notification& notification, const std::string& external_url,
                            std::uint64_t max_alerts) {
  std::vector<NotificationAlert> alerts = notification.alerts;
  std::uint64_t truncated = 0;
  if (max_alerts > 0 && alerts.size() > max_alerts) {
    truncated = alerts.size() - max_alerts;
    alerts.resize(max_alerts);
  }
  const bool firing = std::any_of(alerts.begin(), alerts.end(),
                                  [](const NotificationAlert& alert) { return !alert.resolved(); });
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_text(json, "receiver", quoted_receiver(notification.key.receiver));
  write_text(json, "status", firing ? "firing" : "resolved");
  json.key("alerts").begin_array();
  for (const NotificationAlert& alert : alerts) write_alert(json, alert);
  json.end_array();
  write_text(json, "notification_reason", notification.reason);
  write_labels(json, "groupLabels", notification.group_labels);
  write_labels(json, "commonLabels", common_labels(alerts));
  write_labels(json, "commonAnnotations", common_annotations(alerts));
  write_text(json, "externalURL", external_url);
  write_text(json, "version", "4");
  write_text(json, "groupKey", notification.key.group_key);
  json.key("truncatedAlerts").integer(std::int64_t(truncated));
  json.end_object();
  body += '\n';
  return body;
}

ReceiverPointer read_webhook(config::Mapping& map, const ReceiverGlobals& globals) {
  WebhookOptions own;
  own.url = read_secret(map, "url");
  if (own.url.empty()) map.error("url", "exactly one of url and url_file must be configured");
  if (!own.url.text.empty() && !own.url.text.reveal().starts_with("http://") &&
      !own.url.text.reveal().starts_with("https://"))
    map.error("url", "expected a URL that begins with http:// or https://");
  own.max_alerts = std::uint64_t(map.integer("max_alerts", 0, 0, 1'000'000));
  if (const config::Value* payload = map.raw("payload"); payload != nullptr)
    own.payload = read_part(map, *payload);
  auto common = PostReceiver::read_options(map, globals, "webhook", true);
  common.max_alerts = own.max_alerts;
  // Ours, beside Alertmanager's http_headers.
  for (const auto& [name, value] : map.string_map("headers"))
    common.http.headers.emplace_back(name, SecretText{config::Secret(value), {}, {}});
  const Duration timeout = map.duration("timeout", Duration{});
  if (timeout > Duration{}) common.timeout = timeout;
  return std::make_shared<WebhookReceiver>(std::move(common), std::move(own));
}

}  // namespace lapwing::alerting
