#include "alerting/receivers/texts.h"

#include <array>
#include <charconv>
#include <cmath>

namespace lapwing::alerting {
namespace {

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// The same, in which what ended says so in annotations, as every text shows them: its peak, its
/// last and its recovered value, and how long it took. A rule's own annotations of these names win.
Notification with_values(Notification notification) {
  for (NotificationAlert& alert : notification.alerts) {
    if (!alert.resolved() || !alert.values.known()) continue;
    LabelsBuilder annotations(alert.annotations);
    const auto add = [&](std::string_view name, const std::string& value) {
      if (annotations.get(name).empty()) annotations.set(name, value);
    };
    add("peak_value", number_text(alert.values.peak));
    if (!std::isnan(alert.values.last)) add("last_value", number_text(alert.values.last));
    if (!std::isnan(alert.values.recovered))
      add("recovered_value", number_text(alert.values.recovered));
    const auto seconds = std::chrono::round<std::chrono::seconds>(alert.ends_at - alert.starts_at);
    add("duration", format_duration(seconds));
    alert.annotations = annotations.build();
  }
  return notification;
}

}  // namespace

NotificationTemplate read_text(config::Mapping& map, std::string_view key,
                               std::string_view fallback) {
  auto text = NotificationTemplate::parse(map.string(key, std::string(fallback)));
  if (text) return *std::move(text);
  map.error(key, text.error().message);
  return {};
}

Texts::Texts(const Notification& notification, const DeliveryContext& context,
             std::uint64_t max_alerts)
    : set_(context.templates),
      data_(notification_data(with_values(notification), context.external_url, max_alerts)),
      firing_(notification.any_firing()) {
  environment_.external_url = context.external_url;
  environment_.now = context.now;
}

std::string Texts::expand(const NotificationTemplate& text, TemplateOutput output) {
  auto expanded = text.expand(set_, data_, environment_, output);
  if (expanded) return *std::move(expanded);
  if (error_.empty()) error_ = expanded.error().message;
  return {};
}

std::string Texts::operator()(const NotificationTemplate& text) {
  return expand(text, TemplateOutput::Text);
}

std::string Texts::html(const NotificationTemplate& text) {
  return expand(text, TemplateOutput::Html);
}

void Texts::member(JsonWriter& json, std::string_view key, const NotificationTemplate& text) {
  const std::string value = (*this)(text);
  if (!value.empty()) json.key(key).string(value);
}

}  // namespace lapwing::alerting
