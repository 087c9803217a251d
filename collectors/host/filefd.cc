#include "collectors/host/filefd.h"

#include <memory>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kAllocated{"node_filefd_allocated", "File handles in use.", MetricType::Gauge};
constexpr MetricInfo kMaximum{"node_filefd_maximum", "File handles that may be in use.",
                              MetricType::Gauge};

class FilefdCollector final : public Collector {
 public:
  explicit FilefdCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("sys/fs/file-nr")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto handles = parse_file_handles(*content);
    if (!handles) return Error(handles.error()).in(file_.path());
    out.sample(kAllocated, double(handles->allocated));
    out.sample(kMaximum, double(handles->maximum));
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<FileHandles> parse_file_handles(std::string_view file_nr) {
  Scanner scan(file_nr);
  FileHandles handles;
  handles.allocated = scan.u64();
  scan.u64();  // Free handles: always 0 since Linux 2.6.
  handles.maximum = scan.u64();
  if (auto done = scan.done(); !done) return std::move(done).error();
  return handles;
}

std::unique_ptr<Collector> make_filefd(const FactoryInput& input) {
  return std::make_unique<FilefdCollector>(input);
}

}  // namespace lapwing::collectors::host
