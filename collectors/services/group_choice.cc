#include "collectors/services/group_choice.h"

#include <set>
#include <string_view>

namespace lapwing::collectors::services {
namespace {

/// Calls `visit` with each folder around this one, the nearest first, without the root.
template <typename Visit>
void each_around(std::string_view folder, Visit visit) {
  for (std::size_t end = folder.rfind('/'); end != 0 && end != std::string_view::npos;
       end = folder.rfind('/'))
    visit(std::string(folder = folder.substr(0, end)));
}

}  // namespace

std::map<std::string, ServiceId> choose_groups(const ServiceDirectory::Processes& processes) {
  std::map<std::string, ServiceId> folders;
  std::set<std::string> by_process;
  for (const auto& [pid, process] : processes) {
    if (process.kernel_thread) continue;
    if (process.owner_folder.empty()) {
      by_process.insert(process.ownerless_folder);
      continue;
    }
    const auto [known, fresh] = folders.emplace(process.owner_folder, process.service);
    if (process.by_process || (!fresh && known->second != process.service))
      by_process.insert(process.owner_folder);
  }
  std::set<std::string> slices;
  for (const auto& [folder, service] : folders)
    each_around(folder, [&](std::string around) {
      if (!folders.contains(around)) slices.insert(std::move(around));
    });
  for (const std::string& folder : by_process) {
    folders.erase(folder);
    slices.erase(folder);
    each_around(folder, [&](const std::string& around) { slices.erase(around); });
  }
  if (folders.size() + slices.size() <= CgroupAccounting::kGroupLimit)
    for (const std::string& slice : slices) folders.emplace(slice, kNobody);
  return folders;
}

}  // namespace lapwing::collectors::services
