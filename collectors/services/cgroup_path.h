// Where a process stands in the trees of control groups, and what that says of its service
// (cgroups(7), systemd.unit(5), the naming of Docker, Podman, CRI-O, containerd, Kubernetes, LXC).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::services {

/// One line of /proc/PID/cgroup.
struct CgroupLine {
  std::string_view controllers;  ///< "cpu,cpuacct", "name=systemd", empty for v2
  std::string_view path;         ///< "/system.slice/nginx.service"
};

/// The lines, as views into `content`; Invalid for anything but lines of number:controllers:path.
Result<std::vector<CgroupLine>> parse_process_cgroup(std::string_view content);

/// The path that tells most: v2's, else systemd's own tree, else the first controller's that is
/// not the root (Docker without systemd makes folders in the controllers' trees alone). "/" when
/// all are roots.
std::string_view telling_path(const std::vector<CgroupLine>& lines);

struct CgroupOwner {
  enum class Kind { Unit, Container, Pod };
  Kind kind = Kind::Unit;
  /// Unit: its name, ".service" and changing parts left out. Container: the runtime's id, or the
  /// machine's name. Pod: its UID, with dashes.
  std::string name;
  std::string container_id;  ///< of the container in a pod; of a container: its name
  std::string runtime;       ///< "docker", "podman", "containerd", "crio", "lxc", "nspawn"
  std::string path;          ///< the part of the path that is the owner's own folder
};

/// Nothing for the root, for slices and for folders that no known program makes.
std::optional<CgroupOwner> owner_of_cgroup(std::string_view path);

/// A unit's name as an operator says it: "nginx.service" → "nginx". What a run of the unit adds is
/// left out: "sshd@4-10.0.0.1:22-10.0.0.2:999.service" → "sshd@", "session-7.scope" → "session",
/// "app-gnome-editor-4711.scope" → "app-gnome-editor", "run-u12.service" → "run".
std::string stable_unit_name(std::string_view unit);

}  // namespace lapwing::collectors::services
