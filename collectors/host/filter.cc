#include "collectors/host/filter.h"

#include <utility>

#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
Filter::Filter(const FactoryInput& input, std::string_view key) {
  const auto setting = input.settings.find(key);
  if (setting == input.settings.end() || setting->second.empty()) return;
  if (Result<Regex> regex = Regex::create(setting->second)) regex_ = std::move(*regex);
}

}  // namespace lapwing::collectors::host
