#include "collectors/services/container_names.h"

#include <algorithm>

#include "agent/base/file.h"
#include "agent/base/json_value.h"
#include "collectors/host/folder.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kShortId = 12;
constexpr std::size_t kNamesLimit = 10'000;
constexpr std::size_t kConfigLimitBytes = 16u << 20;

// What Kubernetes draws its suffixes from: no vowels, no digits that look like letters.
bool is_suffix(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         text.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}

bool take_suffix(std::string_view& name, std::size_t least, std::size_t most) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || !is_suffix(name.substr(dash + 1), least, most))
    return false;
  name = name.substr(0, dash);
  return true;
}

}  // namespace

std::string docker_name(std::string_view config) {
  const auto json = parse_json(config);
  if (!json) return {};
  std::string_view text = json->string_at("Name");
  if (text.starts_with('/')) text.remove_prefix(1);
  return std::string(text);
}

std::string storage_name(std::string_view containers, std::string_view id) {
  const auto json = parse_json(containers);
  if (!json) return {};
  for (const JsonValue& container : json->items) {
    if (container.string_at("id") != id) continue;
    const JsonValue* const names = container.find("names");
    return names == nullptr || names->items.empty() ? std::string() : names->items.front().text;
  }
  return {};
}

std::string pod_name(std::string_view link, std::string_view id) {
  if (!link.ends_with(".log") || link.find(id) == std::string_view::npos) return {};
  const std::size_t first = link.find('_');
  const std::size_t second = first == std::string_view::npos ? first : link.find('_', first + 1);
  if (second == std::string_view::npos) return {};
  std::string_view workload = link.substr(0, first);
  // Deployment: NAME-HASH-RANDOM; DaemonSet and Job: NAME-RANDOM.
  constexpr std::size_t kRandom = 5;
  if (take_suffix(workload, kRandom, kRandom)) take_suffix(workload, 8, 10);
  return std::string(link.substr(first + 1, second - first - 1)) + "/" + std::string(workload);
}

std::string ContainerNames::find(const CgroupOwner& owner) const {
  const std::string& id = owner.container_id;
  if (owner.kind == CgroupOwner::Kind::Pod) {
    const auto links = host::list_folder(paths_.in_root("var/log/containers"));
    if (!links) return {};
    for (const std::string& link : *links)
      if (!id.empty())
        if (std::string name = pod_name(link, id); !name.empty()) return name;
    return {};
  }
  if (owner.runtime == "lxc" || owner.runtime == "nspawn") return owner.name;
  if (owner.runtime == "docker") {
    const auto config = read_file(
        paths_.in_root("var/lib/docker/containers/" + id + "/config.v2.json"), kConfigLimitBytes);
    return config ? docker_name(*config) : std::string();
  }
  for (const char* const folder : {"overlay-containers", "vfs-containers", "btrfs-containers"}) {
    const auto list = read_file(
        paths_.in_root(std::string("var/lib/containers/storage/") + folder + "/containers.json"),
        kConfigLimitBytes);
    if (!list) continue;
    if (std::string name = storage_name(*list, id); !name.empty()) return name;
  }
  return {};
}

std::string ContainerNames::name_of(const CgroupOwner& owner) {
  // A pod's folder may be seen before one of its containers is.
  const std::string key = owner.name + "/" + owner.container_id;
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::string name = find(owner);
  const bool pod = owner.kind == CgroupOwner::Kind::Pod;
  if (name.empty() && pod && owner.container_id.empty()) return "pod-" + owner.name.substr(0, 8);
  if (name.empty()) {
    ++nameless_;
    name = pod ? "pod-" + owner.name.substr(0, 8) : owner.name.substr(0, kShortId);
  }
  if (known_.size() >= kNamesLimit) known_.clear();
  known_[key] = name;
  return name;
}

}  // namespace lapwing::collectors::services
