// Any content through every parser of what processes and control groups say of themselves: each
// ends, and touches only its text.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "collectors/services/cgroup_files.h"
#include "collectors/services/cgroup_mounts.h"
#include "collectors/services/cgroup_path.h"
#include "collectors/services/container_names.h"
#include "collectors/services/identity.h"
#include "collectors/services/listeners.h"
#include "collectors/services/process_files.h"

using namespace lapwing::collectors::services;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)keyed_number(text, "user_usec");
  (void)single_number(text);
  (void)parse_io_stat(text);
  (void)parse_blkio(text);
  (void)parse_group_pressure(text);
  (void)parse_cgroup_mounts(text);
  if (const auto lines = parse_process_cgroup(text)) (void)owner_of_cgroup(telling_path(*lines));
  (void)owner_of_cgroup(text);
  (void)stable_unit_name(text);
  (void)docker_name(text);
  (void)storage_name(text, "a");
  (void)pod_name(text, "a");
  ProcessFacts facts;
  facts.comm = text.substr(0, text.size() / 2);
  facts.executable = text.substr(text.size() / 2);
  facts.arguments = parse_command_line(text);
  (void)executable_name(facts);
  (void)parse_stat(text);
  (void)parse_io(text);
  (void)parse_schedstat(text);
  (void)parse_proportional_bytes(text);
  (void)parse_descriptor_limit(text);
  std::vector<Listener> listeners;
  (void)add_listener(std::as_bytes(std::span(data, size)), listeners);
  return 0;
}
