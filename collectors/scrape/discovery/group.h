// TargetGroup: targets that are found together and share labels, and how files and HTTP servers
// write them: a list of {targets, labels} in YAML or JSON (Prometheus's targetgroup format).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::scrape {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kAddressLabel = "__address__";

struct TargetGroup {
  std::vector<TextPairs> targets;  ///< each with its __address__
  TextPairs labels;                ///< of every target; its own win
  bool operator==(const TargetGroup&) const = default;
};

/// What one look has found.
struct Found {
  std::vector<TargetGroup> groups;
  /// What went wrong; where a source fails, its groups are those of its newest success.
  std::vector<std::string> trouble;
};

/// Targets of one list; more are Invalid.
inline constexpr std::size_t kGroupTargetLimit = 20'000;

/// A target that is known by its address alone.
TextPairs target_at(std::string address);

/// Reads a list of groups; all of it or nothing. Invalid with the place where it breaks off.
Result<std::vector<TargetGroup>> parse_target_groups_json(std::string_view text);
/// The same in YAML; `file` names it in errors.
Result<std::vector<TargetGroup>> parse_target_groups_yaml(const std::string& file,
                                                          std::string_view text);

}  // namespace lapwing::collectors::scrape
