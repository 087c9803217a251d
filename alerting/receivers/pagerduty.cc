// PagerDuty receiver: Events API v2 (developer.pagerduty.com/docs/events-api-v2), as
// Alertmanager's pagerduty_configs. The deduplication key is the group key's SHA-256: all of a
// group's notifications are one incident.
#include "agent/base/sha256.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kSummaryLimit = 1024;

using NamedTexts = std::vector<std::pair<std::string, NotificationTemplate>>;

struct PagerdutyOptions {
  SecretText routing_key;
  std::string url;
  NotificationTemplate client, client_url, description, severity, source, event_class, component,
      group;
  NamedTexts details;
  std::vector<NamedTexts> images;
  std::vector<NamedTexts> links;
};

class PagerdutyReceiver final : public PostReceiver {
 public:
  PagerdutyReceiver(Options common, PagerdutyOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification& notification, const DeliveryContext& context,
                       Texts& texts) const override;
  void write_payload(JsonWriter& json, Texts& texts) const;

  const PagerdutyOptions own_;
};

void write_list(JsonWriter& json, std::string_view key, const std::vector<NamedTexts>& list,
                Texts& texts) {
  if (list.empty()) return;
  json.key(key).begin_array();
  for (const NamedTexts& item : list) {
    json.begin_object();
    for (const auto& [name, text] : item) texts.member(json, name, text);
    json.end_object();
  }
  json.end_array();
}

void PagerdutyReceiver::write_payload(JsonWriter& json, Texts& texts) const {
  json.key("payload").begin_object();
  json.key("summary").string(cut_text(texts(own_.description), kSummaryLimit));
  json.key("source").string(texts(own_.source));
  json.key("severity").string(texts(own_.severity));
  texts.member(json, "class", own_.event_class);
  texts.member(json, "component", own_.component);
  texts.member(json, "group", own_.group);
  json.key("custom_details").begin_object();
  for (const auto& [name, text] : own_.details) json.key(name).string(texts(text));
  json.end_object().end_object();
}

Result<PostReceiver::Post> PagerdutyReceiver::compose(const Notification& notification,
                                                      const DeliveryContext&, Texts& texts) const {
  const auto key = own_.routing_key.reveal();
  if (!key) return Error(key.error()).in("routing_key");
  Post post{own_.url, {}};
  JsonWriter json(post.body);
  json.begin_object();
  json.key("routing_key").string(*key);
  json.key("dedup_key").string(hex_text(sha256(notification.key.group_key)));
  json.key("event_action").string(texts.firing() ? "trigger" : "resolve");
  write_payload(json, texts);
  write_list(json, "images", own_.images, texts);
  write_list(json, "links", own_.links, texts);
  texts.member(json, "client", own_.client);
  texts.member(json, "client_url", own_.client_url);
  json.end_object();
  return post;
}

NamedTexts read_details(config::Mapping& map) {
  NamedTexts details;
  const auto add = [&](const std::string& name, const std::string& text) {
    auto parsed = NotificationTemplate::parse(text);
    if (!parsed) return map.error("details", name + ": " + parsed.error().message);
    std::erase_if(details, [&](const auto& other) { return other.first == name; });
    details.emplace_back(name, *std::move(parsed));
  };
  add("firing", R"({{ template "pagerduty.default.instances" .Alerts.Firing }})");
  add("resolved", R"({{ template "pagerduty.default.instances" .Alerts.Resolved }})");
  add("num_firing", "{{ .Alerts.Firing | len }}");
  add("num_resolved", "{{ .Alerts.Resolved | len }}");
  for (const auto& [name, text] : map.string_map("details")) add(name, text);
  return details;
}

}  // namespace

ReceiverPointer read_pagerduty(config::Mapping& map, const ReceiverGlobals& globals) {
  PagerdutyOptions own;
  own.routing_key = read_secret(map, "routing_key");
  if (own.routing_key.empty())
    map.error("routing_key",
              "missing routing key in PagerDuty config (Events API v2 alone is served)");
  own.url = map.string("url", globals.pagerduty_url);
  own.client = read_text(map, "client", R"({{ template "pagerduty.default.client" . }})");
  own.client_url = read_text(map, "client_url", "{{ .ExternalURL }}");
  own.description =
      read_text(map, "description", R"({{ template "pagerduty.default.description" . }})");
  own.severity = read_text(map, "severity", "error");
  own.source = read_text(map, "source", own.client.text());
  own.event_class = read_text(map, "class");
  own.component = read_text(map, "component");
  own.group = read_text(map, "group");
  own.details = read_details(map);
  const auto read_list = [&](std::string_view key, std::vector<NamedTexts>& list,
                             std::initializer_list<const char*> names) {
    map.each(key, [&](config::Mapping& item) {
      NamedTexts texts;
      for (const char* const name : names) texts.emplace_back(name, read_text(item, name));
      list.push_back(std::move(texts));
    });
  };
  read_list("images", own.images, {"src", "alt", "href"});
  read_list("links", own.links, {"href", "text"});
  map.not_served({"service_key", "service_key_file"});
  auto common = PostReceiver::read_options(map, globals, "pagerduty", true);
  const Duration timeout = map.duration("timeout", Duration{});
  if (timeout > Duration{}) common.timeout = timeout;
  return std::make_shared<PagerdutyReceiver>(std::move(common), std::move(own));
}

}  // namespace lapwing::alerting
