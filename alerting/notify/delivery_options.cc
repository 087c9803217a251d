#include "alerting/notify/delivery_options.h"

#include <algorithm>

namespace lapwing::alerting {
namespace {

void check_name(config::Mapping& map, std::string_view key, const std::string& name,
                const std::vector<std::string>& receivers) {
  if (std::find(receivers.begin(), receivers.end(), name) == receivers.end())
    map.error(key, "undefined receiver \"" + name + "\"");
}

}  // namespace

DeliveryOptions read_delivery_options(config::Mapping& map,
                                      const std::vector<std::string>& receivers) {
  DeliveryOptions options;
  options.fallback_receiver = map.string("fallback_receiver");
  if (!options.fallback_receiver.empty())
    check_name(map, "fallback_receiver", options.fallback_receiver, receivers);
  options.fallback_after = map.duration("fallback_after", options.fallback_after);
  options.give_up_after = map.duration("give_up_after", options.give_up_after);
  options.digest_after = map.duration("digest_after", options.digest_after);
  options.digest_size =
      std::uint32_t(map.integer("digest_size", options.digest_size, 2, 1'000'000));
  if (options.give_up_after < options.fallback_after)
    map.error("give_up_after", "must not be shorter than fallback_after");
  options.allow_commands = map.flag("allow_commands", options.allow_commands);
  map.each("rate_limits", [&](config::Mapping& limit) {
    RateLimit rate;
    rate.receiver = limit.required_string("receiver");
    check_name(limit, "receiver", rate.receiver, receivers);
    rate.notifications = std::uint32_t(limit.integer("notifications", 0, 0, 1'000'000));
    rate.per = limit.duration("per", rate.per);
    if (rate.notifications == 0) limit.error("notifications", "must be at least 1");
    if (rate.per <= Duration{}) limit.error("per", "must be longer than 0");
    options.rate_limits.push_back(std::move(rate));
  });
  return options;
}

}  // namespace lapwing::alerting
