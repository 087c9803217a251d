// Texts: expands a receiver's texts for one notification. The first failure is kept and told once
// at the end, so that a receiver reads like the message that it makes.
#pragma once

#include <string>

#include "agent/base/json.h"
#include "agent/config/mapping.h"
#include "alerting/notify/notification_data.h"
#include "alerting/receivers/receiver.h"
#include "alerting/template/template_set.h"

namespace lapwing::alerting {

/// Reads a text with template actions; what does not parse is an error of the mapping.
NotificationTemplate read_text(config::Mapping& map, std::string_view key,
                               std::string_view fallback = {});

class Texts {
 public:
  /// Both must outlive it. At most `max_alerts` alerts are seen (0: all).
  Texts(const Notification& notification, const DeliveryContext& context,
        std::uint64_t max_alerts = 0);

  std::string operator()(const NotificationTemplate& text);
  /// Values are escaped for a page.
  std::string html(const NotificationTemplate& text);
  /// Writes the text as a member; an empty one is left out.
  void member(JsonWriter& json, std::string_view key, const NotificationTemplate& text);

  bool firing() const { return firing_; }
  const TemplateValue& data() const { return data_; }
  bool ok() const { return error_.empty(); }
  /// What a failure means: the same again would fail again.
  DeliveryResult failure() const { return {DeliveryOutcome::Rejected, error_}; }

 private:
  std::string expand(const NotificationTemplate& text, TemplateOutput output);

  const TemplateSet& set_;
  const TemplateValue data_;
  TemplateEnvironment environment_;
  const bool firing_;
  std::string error_;
};

}  // namespace lapwing::alerting
