#include "alerting/receivers/webhook.h"

#include <algorithm>

#include "agent/base/file.h"
#include "agent/base/json.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kSecretLimitBytes = 64 * 1024;
constexpr std::size_t kAnswerLimitBytes = 64 * 1024;
constexpr std::size_t kShownAnswerBytes = 200;

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
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

/// What all have alike.
template <typename Pick>
Labels common(const std::vector<NotificationAlert>& alerts, Pick pick) {
  if (alerts.empty()) return {};
  std::vector<Label> kept;
  for (const Label label : pick(alerts.front()))
    if (std::all_of(alerts.begin() + 1, alerts.end(), [&](const NotificationAlert& alert) {
          return pick(alert).get(label.name) == label.value;
        }))
      kept.push_back(label);
  return Labels::from(std::move(kept));
}

/// Go's regexp.QuoteMeta, which Alertmanager applies to the receiver's name.
std::string quote_meta(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void write_alert(JsonWriter& json, const NotificationAlert& alert) {
  json.begin_object();
  json.key("status").string(alert.resolved() ? "resolved" : "firing");
  write_labels(json, "labels", alert.labels);
  write_labels(json, "annotations", alert.annotations);
  json.key("startsAt").string(time_text(alert.starts_at));
  json.key("endsAt").string(time_text(alert.ends_at));
  json.key("generatorURL").string(alert.generator_url);
  json.key("fingerprint").string(fingerprint_text(fingerprint(alert.labels)));
  json.end_object();
}

/// The secret itself, or what its file holds now without white space around it.
Result<std::string> secret_text(const config::Secret& secret, const std::string& file) {
  if (file.empty()) return secret.reveal();
  auto text = read_file(file, kSecretLimitBytes);
  if (!text) return std::move(text).error();
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text->empty() && blank(text->back())) text->pop_back();
  text->erase(text->begin(), std::find_if_not(text->begin(), text->end(), blank));
  return text;
}

DeliveryResult judge(const Result<http::ClientResponse>& answer) {
  if (!answer) return {DeliveryOutcome::Retry, answer.error().message};
  if (answer->status / 100 == 2) {
    DeliveryResult delivered;
    delivered.receipt = std::to_string(answer->status);
    return delivered;
  }
  std::string words = "unexpected status code " + std::to_string(answer->status);
  if (!answer->body.empty()) words += ": " + answer->body.substr(0, kShownAnswerBytes);
  return {answer->status / 100 == 5 ? DeliveryOutcome::Retry : DeliveryOutcome::Rejected, words};
}

void read_http_config(config::Mapping& map, WebhookOptions& options) {
  map.section("basic_auth", [&](config::Mapping& basic) {
    options.username = basic.string("username");
    options.password = basic.secret("password");
    options.password_file = basic.path("password_file");
    basic.not_served({"username_file", "username_ref", "password_ref"});
  });
  map.section("authorization", [&](config::Mapping& authorization) {
    options.authorization_type = authorization.string("type", "Bearer");
    options.credentials = authorization.secret("credentials");
    options.credentials_file = authorization.path("credentials_file");
    authorization.not_served({"credentials_ref"});
  });
  map.section("tls_config", [&](config::Mapping& tls) {
    options.ca_file = tls.path("ca_file");
    options.verify_tls = !tls.flag("insecure_skip_verify", false);
    tls.not_served({"cert_file", "key_file", "server_name", "min_version", "max_version", "ca",
                    "cert", "key", "ca_ref", "cert_ref", "key_ref"});
  });
  if (!options.username.empty() && !options.authorization_type.empty())
    map.error("authorization", "at most one of basic_auth and authorization must be configured");
  options.follow_redirects = map.flag("follow_redirects", true);
  map.flag("enable_http2", true);  // libcurl decides with the server.
  map.not_served({"oauth2", "proxy_url", "no_proxy", "proxy_from_environment",
                  "proxy_connect_header", "http_headers", "bearer_token", "bearer_token_file"});
}

}  // namespace

WebhookOptions read_webhook_options(config::Mapping& map) {
  WebhookOptions options;
  options.url = map.secret("url");
  options.url_file = map.path("url_file");
  if (map.has("url") == map.has("url_file"))
    map.error("url", "exactly one of url and url_file must be configured");
  if (!options.url.empty() && !options.url.reveal().starts_with("http://") &&
      !options.url.reveal().starts_with("https://"))
    map.error("url", "expected a URL that begins with http:// or https://");
  options.send_resolved = map.flag("send_resolved", true);
  options.max_alerts = std::uint64_t(map.integer("max_alerts", 0, 0, 1'000'000));
  const Duration timeout = map.duration("timeout", Duration{});
  if (timeout > Duration{}) options.timeout = timeout;
  map.section("http_config", [&](config::Mapping& http) { read_http_config(http, options); });
  map.not_served({"payload"});
  return options;
}

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
  json.key("receiver").string(quote_meta(notification.key.receiver));
  json.key("status").string(firing ? "firing" : "resolved");
  json.key("alerts").begin_array();
  for (const NotificationAlert& alert : alerts) write_alert(json, alert);
  json.end_array();
  write_labels(json, "groupLabels", notification.group_labels);
  write_labels(json, "commonLabels",
               common(alerts, [](const auto& alert) -> const Labels& { return alert.labels; }));
  write_labels(json, "commonAnnotations", common(alerts, [](const auto& alert) -> const Labels& {
                 return alert.annotations;
               }));
  json.key("externalURL").string(external_url);
  json.key("version").string("4");
  json.key("groupKey").string(notification.key.group_key);
  json.key("truncatedAlerts").integer(std::int64_t(truncated));
  json.end_object();
  body += '\n';
  return body;
}

Result<http::ClientRequest> WebhookReceiver::request() const {
  http::ClientRequest request;
  auto url = secret_text(options_.url, options_.url_file);
  if (!url) return Error(url.error()).in("url_file");
  request.method = "POST";
  request.url = std::move(*url);
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Lapwing"}};
  request.timeout = options_.timeout;
  request.response_limit_bytes = kAnswerLimitBytes;
  request.follow_redirects = options_.follow_redirects;
  http::TlsOptions tls;
  tls.ca_file = options_.ca_file;
  tls.verify = options_.verify_tls;
  request.tls = std::make_shared<const http::TlsOptions>(std::move(tls));
  if (!options_.username.empty()) {
    auto password = secret_text(options_.password, options_.password_file);
    if (!password) return Error(password.error()).in("password_file");
    request.username = options_.username;
    request.password = std::move(*password);
  }
  if (!options_.authorization_type.empty()) {
    const auto credentials = secret_text(options_.credentials, options_.credentials_file);
    if (!credentials) return Error(credentials.error()).in("credentials_file");
    request.headers.emplace_back("Authorization", options_.authorization_type + " " + *credentials);
  }
  return request;
}

void WebhookReceiver::send(const Notification& notification, const std::string& external_url,
                           const HttpSender& http, Done done) const {
  auto prepared = request();
  if (!prepared) return done({DeliveryOutcome::Retry, prepared.error().message});
  if (!notification.idempotency_key.empty())
    prepared->headers.emplace_back("Idempotency-Key", notification.idempotency_key);
  prepared->body = webhook_payload(notification, external_url, options_.max_alerts);
  http(std::move(*prepared), [done = std::move(done)](const Result<http::ClientResponse>& answer) {
    done(judge(answer));
  });
}

}  // namespace lapwing::alerting
