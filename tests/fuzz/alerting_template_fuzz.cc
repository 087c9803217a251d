// Any bytes as a template of a rule, of a notification and of a mail's page: parsing and expanding
// end within their limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alerting/notify/notification_data.h"
#include "alerting/template/template.h"
#include "alerting/template/template_set.h"

namespace {

using namespace lapwing;

constexpr std::string_view kNotification = R"({"receiver": "r", "status": "firing",
  "groupLabels": {"alertname": "A"}, "commonLabels": {"alertname": "A", "b": "<"},
  "alerts": [{"status": "firing", "labels": {"alertname": "A", "b": "<"}, "annotations": {"c": "d"},
              "startsAt": "2026-01-02T03:04:05.678+02:00", "generatorURL": "http://x/?a=b&c"}]})";

/// What a text may become: as long as its limit and one value.
constexpr std::size_t kMore = 8'000'000;

void expand_rule(std::string_view text) {
  const auto parsed = alerting::Template::parse(text);
  if (!parsed) return;
  alerting::TemplateEnvironment environment;
  environment.external_url = "http://h/p";
  environment.query = [](const std::string&) -> Result<promql::Vector> {
    return promql::Vector{{Labels{{"a", "b"}}, {}, 1.5}};
  };
  const alerting::AlertTemplateData seen{Labels{{"i", "1"}}, Labels{{"dc", "x"}}, 42};
  if (parsed->expand("X", seen, environment).size() > text.size() + kMore) std::abort();
}

void expand_notification(std::string_view text) {
  static const alerting::TemplateSet set;
  static const auto data = *alerting::notification_data_from_json(kNotification);
  const auto parsed = alerting::NotificationTemplate::parse(text);
  if (!parsed) return;
  for (const auto output : {alerting::TemplateOutput::Text, alerting::TemplateOutput::Html}) {
    const auto page = parsed->expand(set, data, {}, output);
    if (page && page->size() > text.size() + kMore) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  expand_rule(text);
  expand_notification(text);
  return 0;
}
