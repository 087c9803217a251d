// Diagnostics, which agent/config/mapping.h declares beside the Mapping that fills it.
#include <algorithm>
#include <tuple>

#include "agent/config/mapping.h"

namespace lapwing::config {
namespace {

// What a person reads in one go; the entries themselves are all kept.
constexpr std::size_t kShownErrors = 50;

}  // namespace

void Diagnostics::error(const Place& place, std::string message) {
  errors_.push_back({place, std::move(message)});
}

void Diagnostics::warn(const Place& place, std::string message) {
  warnings_.push_back({place, std::move(message)});
}

Result<void> Diagnostics::result() const {
  if (errors_.empty()) return {};
  std::vector<Entry> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownErrors); ++i) {
    if (i > 0) text += '\n';
    const std::string place = sorted[i].place.to_string();
    text += place.empty() ? sorted[i].message : place + ": " + sorted[i].message;
  }
  if (sorted.size() > kShownErrors)
    text += "\n… and " + std::to_string(sorted.size() - kShownErrors) + " more errors";
  return invalid(std::move(text));
}

}  // namespace lapwing::config
