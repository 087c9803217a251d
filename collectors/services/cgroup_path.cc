#include "collectors/services/cgroup_path.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "agent/base/scanner.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kContainerIdLength = 64;
constexpr std::size_t kPodUidLength = 36;

bool is_hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_container_id(std::string_view text) {
  return text.size() == kContainerIdLength && is_hex(text);
}

// A UUID, or what is long enough and mixed enough to be a random number.
bool is_random(std::string_view text) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  constexpr std::size_t kRandomLength = 8;
  return text.size() >= kRandomLength && is_hex(text) &&
         std::any_of(text.begin(), text.end(), digit);
}

bool take_ending(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

struct RuntimePrefix {
  std::string_view prefix;
  std::string_view runtime;
};
// How runtimes name a scope: PREFIX-ID.scope under systemd, PREFIX-ID or ID otherwise.
constexpr std::array<RuntimePrefix, 6> kRuntimes = {{{"docker-", "docker"},
                                                     {"libpod-", "podman"},
                                                     {"cri-containerd-", "containerd"},
                                                     {"nerdctl-", "containerd"},
                                                     {"crio-", "crio"},
                                                     {"containerd-", "containerd"}}};

struct Segment {
  std::string_view name;
  std::size_t end;  // in the path
};

std::vector<Segment> segments_of(std::string_view path) {
  std::vector<Segment> segments;
  std::size_t at = 0;
  while (at < path.size()) {
    if (path[at] == '/') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.push_back({path.substr(at, end - at), end});
    at = end;
  }
  return segments;
}

std::optional<CgroupOwner> container_of(std::string_view segment, std::string_view parent) {
  CgroupOwner owner{.kind = CgroupOwner::Kind::Container};
  std::string_view name = segment;
  take_ending(name, ".scope");
  for (const auto& [prefix, runtime] : kRuntimes)
    if (name.starts_with(prefix) && is_container_id(name.substr(prefix.size()))) {
      owner.name = name.substr(prefix.size());
      owner.runtime = runtime;
      return owner;
    }
  if (is_container_id(name)) {
    owner.name = name;
    owner.runtime = parent == "docker" ? "docker" : "containerd";
    return owner;
  }
  if (name.starts_with("lxc.payload.")) {
    owner.name = name.substr(std::string_view("lxc.payload.").size());
    owner.runtime = "lxc";
  } else if (parent == "lxc" || parent == "lxc.payload") {
    owner.name = name;
    owner.runtime = "lxc";
  } else if (segment.starts_with("systemd-nspawn@") && segment.ends_with(".service")) {
    name = segment.substr(std::string_view("systemd-nspawn@").size());
    take_ending(name, ".service");
    owner.name = name;
    owner.runtime = "nspawn";
  } else if (segment.starts_with("machine-") && segment.ends_with(".scope")) {
    owner.name = name.substr(std::string_view("machine-").size());
    owner.runtime = "nspawn";
  }
  if (owner.name.empty()) return std::nullopt;
  return owner;
}

// "pod<uid>" or "kubepods[-burstable|-besteffort]-pod<uid with underscores>.slice".
std::string pod_uid(std::string_view segment) {
  take_ending(segment, ".slice");
  const std::size_t pod = segment.rfind("pod");
  if (pod == std::string_view::npos) return {};
  if (pod != 0 && segment[pod - 1] != '-') return {};
  std::string uid(segment.substr(pod + 3));
  std::replace(uid.begin(), uid.end(), '_', '-');
  // Static pods have the 32 digits of a hash.
  const bool dashed = uid.size() == kPodUidLength && std::count(uid.begin(), uid.end(), '-') == 4;
  const bool hash = uid.size() == 32 && is_hex(uid);
  return dashed || hash ? uid : std::string();
}

bool is_unit(std::string_view segment) {
  return segment.ends_with(".service") || segment.ends_with(".scope") ||
         segment.ends_with(".socket") || segment.ends_with(".mount") || segment.ends_with(".swap");
}

// "user-1000.slice": what a user runs outside of his own units.
bool is_user_slice(std::string_view segment) {
  std::string_view name = segment;
  if (!take_ending(name, ".slice") || !name.starts_with("user-")) return false;
  return is_number(name.substr(5));
}

}  // namespace

Result<std::vector<CgroupLine>> parse_process_cgroup(std::string_view content) {
  std::vector<CgroupLine> lines;
  Scanner scan(content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    line.until(':');
    CgroupLine found;
    found.controllers = line.until(':');
    found.path = line.rest();
    if (line.failed() || !found.path.starts_with('/'))
      return invalid("expected number:controllers:/path");
    lines.push_back(found);
  }
  return lines;
}

std::string_view telling_path(const std::vector<CgroupLine>& lines) {
  const auto path_of = [&](std::string_view controllers) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const CgroupLine& line) {
      return line.controllers == controllers;
    });
    return found == lines.end() ? std::string_view("/") : found->path;
  };
  std::string_view best = "/";
  const auto consider = [&](std::string_view path) {
    if (path.size() <= 1) return;
    if (best.size() <= 1 || (!owner_of_cgroup(best) && owner_of_cgroup(path))) best = path;
  };
  consider(path_of(""));
  consider(path_of("name=systemd"));
  for (const CgroupLine& line : lines) consider(line.path);
  return best;
}

std::string stable_unit_name(std::string_view unit) {
  const bool scope = unit.ends_with(".scope");
  if (!take_ending(unit, ".service")) take_ending(unit, ".scope");
  // An instance for each connection: a counter, a pid or addresses follow the "@".
  if (const std::size_t at = unit.find('@'); at != std::string_view::npos) {
    const std::string_view instance = unit.substr(at + 1);
    const std::size_t dash = instance.find('-');
    const bool counted = dash != std::string_view::npos && is_number(instance.substr(0, dash));
    const bool connection = instance.find(':') != std::string_view::npos ||
                            instance.find_first_not_of("0123456789-") == std::string_view::npos;
    if (counted && connection) unit = unit.substr(0, at + 1);
    return std::string(unit);
  }
  // systemd-run: run-u12, run-r<random>, run-p<pid>-i<number>.
  if (unit.starts_with("run-")) return "run";
  while (true) {
    const std::size_t dash = unit.rfind('-');
    if (dash == std::string_view::npos || dash == 0) break;
    const std::string_view last = unit.substr(dash + 1);
    // Names of services are chosen by people, who may end them in a number.
    if (!is_random(last) && !(scope && (is_number(last) || (is_hex(last) && last.size() >= 4))))
      break;
    unit = unit.substr(0, dash);
  }
  return std::string(unit);
}

std::optional<CgroupOwner> owner_of_cgroup(std::string_view path) {
  const std::vector<Segment> segments = segments_of(path);
  // The outermost pod or container wins: what runs inside of it, a systemd too, is its own affair.
  std::string_view parent;
  std::string uid;
  std::size_t pod_end = 0;
  for (const Segment& segment : segments) {
    if (uid.empty() && segment.name.find("pod") != std::string_view::npos) {
      uid = pod_uid(segment.name);
      pod_end = segment.end;
      if (!uid.empty()) {
        parent = segment.name;
        continue;
      }
    }
    if (auto container = container_of(segment.name, parent)) {
      container->container_id = container->name;
      container->path = path.substr(0, segment.end);
      if (uid.empty()) return container;
      container->kind = CgroupOwner::Kind::Pod;
      container->name = uid;
      container->path = path.substr(0, pod_end);
      return container;
    }
    parent = segment.name;
  }
  if (!uid.empty())
    return CgroupOwner{CgroupOwner::Kind::Pod, uid, {}, {}, std::string(path.substr(0, pod_end))};
  // The innermost unit: a user's services run below the unit of the user's own manager. A unit's
  // own folders (Delegate=) do not look like units.
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (is_user_slice(segment->name))
      return CgroupOwner{CgroupOwner::Kind::Unit,
                         std::string(segment->name.substr(0, segment->name.size() - 6)),
                         {},
                         {},
                         std::string(path.substr(0, segment->end))};
    if (!is_unit(segment->name)) continue;
    // Sessions are what the user does, whichever number they have; the manager's own scope too.
    if (segment->name.starts_with("session-") || segment->name == "init.scope") {
      if (segment + 1 != segments.rend()) continue;
    }
    return CgroupOwner{CgroupOwner::Kind::Unit,
                       stable_unit_name(segment->name),
                       {},
                       {},
                       std::string(path.substr(0, segment->end))};
  }
  return std::nullopt;
}

}  // namespace lapwing::collectors::services
