#include "collectors/host/uname.h"

#include <sys/utsname.h>

#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kUname{"node_uname_info",
                            "What uname(2) says of the host.",
                            MetricType::Gauge,
                            {"sysname", "release", "version", "machine", "nodename", "domainname"}};

class UnameCollector final : public Collector {
 public:
  explicit UnameCollector(const FactoryInput& input) : paths_(input.context.paths) {}

  Result<void> collect(MetricWriter& out) override {
    std::string texts[5];
    const char* const files[5] = {"ostype", "osrelease", "version", "hostname", "domainname"};
    for (int i = 0; i < 5; ++i) {
      auto text = read_trimmed(paths_.in_proc(std::string("sys/kernel/") + files[i]));
      if (!text) return std::move(text).error();
      texts[i] = std::move(*text);
    }
    auto machine = read_trimmed(paths_.in_proc("sys/kernel/arch"));  // Since Linux 6.1.
    if (!machine) {
      struct utsname names{};
      if (::uname(&names) == 0) machine = std::string(names.machine);
    }
    out.sample(kUname, {texts[0], texts[1], texts[2], machine ? *machine : "", texts[3], texts[4]},
               1);
    return {};
  }

 private:
  const HostPaths paths_;
};

}  // namespace

std::unique_ptr<Collector> make_uname(const FactoryInput& input) {
  return std::make_unique<UnameCollector>(input);
}

}  // namespace lapwing::collectors::host
