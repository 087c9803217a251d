// NamedMetrics: metrics whose names come from what the kernel prints (meminfo, vmstat, netstat):
// made when a key is first seen, kept at their address for the MetricWriter.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/metric_info.h"

namespace lapwing::collectors {

class NamedMetrics {
 public:
  struct Lookup {
    bool known = false;                ///< the key was put in before
    const MetricInfo* info = nullptr;  ///< nullptr: known, and not to be shown
  };

  /// Looks first at what came after the key of the call before: files repeat their order, so that
  /// most look-ups are one comparison. Not from two threads at once.
  Lookup find(std::string_view key);
  /// Puts a metric in under a new key. Label names may be given; they are copied.
  const MetricInfo& add(std::string_view key, std::string name, std::string help, MetricType type,
                        const std::vector<std::string>& label_names = {});
  /// Remembers that the key is not to be shown.
  void leave_out(std::string_view key);
  std::size_t size() const { return by_key_.size(); }

 private:
  void remember(std::string_view key, const MetricInfo* info);

  struct Owned {
    std::string name;
    std::string help;
    std::vector<std::string> label_names;
    MetricInfo info{"", "", MetricType::Gauge};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  using Table = std::unordered_map<std::string, const MetricInfo*, Hash, std::equal_to<>>;

  std::deque<Owned> owned_;
  Table by_key_;
  std::vector<const Table::value_type*> order_;  // as keys came; elements stay at their address
  std::size_t next_ = 0;                         // place in order_ that is looked at next
};

}  // namespace lapwing::collectors
