#include "agent/cli/import.h"

#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "agent/cli/progress.h"
#include "agent/import/importer.h"
#include "agent/import/input.h"
#include "agent/metrics/registry.h"
#include "agent/tsdb/store.h"

namespace lapwing::cli {
namespace {

constexpr std::array<Option, 1> kOptions = {{
    {"data", "DIR", "the data folder of `lapwing run`; made where it is missing"},
}};

constexpr Syntax kSyntax = {
    .command = "lapwing import",
    .operands = "FILE --data DIR",
    .summary = "Puts samples of the past, OpenMetrics text with times, into a data folder.",
    .options = kOptions,
    .least_operands = 1,
    .most_operands = 1,
    .details =
        "FILE may be plain, gzip or zstd, which its first bytes tell; - is standard input. Lines\n"
        "may go by time or by series, with or without # TYPE; each sample needs a time in seconds\n"
        "(any since 1970). Exemplars are left out. Samples that are there already are not stored\n"
        "twice, so that an import may be repeated. An agent must not run on the folder meanwhile.\n"
        "What is older than the retention goes when an agent runs on the folder.\n\n"
        "Exit code 0: every sample is in the store, 1: not all, 2: called wrongly.\n\n"
        "  lapwing import dump.om.zst --data /var/lib/lapwing\n"
        "  promtool tsdb dump-openmetrics DIR | lapwing import - --data /tmp/try\n",
};

constexpr std::size_t kPieceBytes = 128u << 10;
// How many samples the store takes before it is asked whether they still fit into memory.
constexpr std::uint64_t kReliefSamples = 100'000;

void print(const std::string& text) { std::fputs(text.c_str(), stderr); }

/// What an import reached of the world.
struct Import {
  import::Input input;
  std::unique_ptr<tsdb::Store> store;
  const Clock& clock;
  Progress progress;
  std::chrono::nanoseconds began;
};

double seconds_since(const Import& work) {
  return std::chrono::duration<double>(work.clock.monotonic() - work.began).count();
}

void show_progress(Import& work, const import::Importer& importer) {
  std::optional<double> part;
  if (const auto size = work.input.size(); size && *size > 0)
    part = double(work.input.position()) / double(*size);
  const std::uint64_t samples = importer.counts().samples;
  print(work.progress.show(
      work.clock.monotonic(), part,
      fmt::format("{} samples, {} a second", with_commas(samples),
                  format_count(double(samples) / std::max(seconds_since(work), 1e-3)))));
}

/// All of the input into the store; what was read stays in it whatever happens.
Result<void> read_all(Import& work, import::Importer& importer) {
  std::string piece(kPieceBytes, '\0');
  std::uint64_t next_relief = kReliefSamples;
  while (true) {
    const auto got = work.input.read(piece);
    if (!got) return got.error();
    if (*got == 0) return importer.finish();
    if (auto fed = importer.feed(std::string_view(piece).substr(0, *got)); !fed) return fed;
    if (importer.counts().samples >= next_relief) {
      next_relief = importer.counts().samples + kReliefSamples;
      if (auto relieved = work.store->relieve(work.clock.now()); !relieved) return relieved;
    }
    show_progress(work, importer);
  }
}

std::string count_of(std::uint64_t count, std::string_view why) {
  return count == 0 ? std::string() : fmt::format("left out: {} {}\n", with_commas(count), why);
}

std::uint64_t left_out(const import::Importer& importer) {
  const import::Fates& fates = importer.fates();
  return importer.counts().refused + fates.out_of_order + fates.conflicting + fates.too_far_ahead +
         fates.orphaned;
}

void report(const Import& work, const import::Importer& importer, std::uint64_t bytes_before) {
  const import::ImportCounts& counts = importer.counts();
  const import::Fates& fates = importer.fates();
  std::string text;
  text += count_of(fates.conflicting, "samples, for which the series has another value");
  text += count_of(fates.too_far_ahead, "samples over 10 minutes ahead of this machine's clock");
  text += count_of(fates.out_of_order, "samples older than the store takes");
  text += count_of(fates.orphaned, "samples of series that the store gave up");
  text +=
      count_of(counts.refused, "samples of series that the store refused: " + counts.first_refusal);
  text += count_of(counts.exemplars, "exemplars");
  if (!counts.ended && counts.samples > 0)
    text +=
        "the text has no # EOF at its end: if it was cut off between lines, the rest is missing\n";
  print(text);
  if (counts.samples == 0) {
    std::puts("no samples");
    return;
  }
  const std::uint64_t bytes = work.store->status()->bytes_on_disk;
  const double seconds = std::max(seconds_since(work), 1e-3);
  std::printf("%s\n", fmt::format("{} samples of {} series, {} to {}, in {:.2f} s ({} a second)",
                                  with_commas(fates.stored), with_commas(importer.series()),
                                  format_rfc3339(counts.oldest), format_rfc3339(counts.newest),
                                  seconds, format_count(double(counts.samples) / seconds))
                          .c_str());
  if (bytes > bytes_before && fates.stored > 0)
    std::printf("%s\n", fmt::format("{} on disk, {:.2f} bytes a sample",
                                    format_bytes(double(bytes - bytes_before)),
                                    double(bytes - bytes_before) / double(fates.stored))
                            .c_str());
}

int run_import(const std::string& file, const std::string& data) {
  const SystemClock clock;
  Log log(LogLevel::Warn);
  metrics::Registry registry;
  auto input = import::Input::open(file);
  if (!input) {
    print("lapwing import: " + input.error().message + "\n");
    return kFailure;
  }
  tsdb::StoreOptions options;
  options.folder = data + "/store";
  options.bulk = true;
  auto store = tsdb::Store::open(options, clock, log, registry);
  if (!store) {
    print("lapwing import: " + store.error().message + "\n");
    return kFailure;
  }
  Import work{std::move(*input), std::move(*store), clock, Progress(describe_standard_error()),
              clock.monotonic()};
  const std::uint64_t bytes_before = work.store->status()->bytes_on_disk;
  import::Importer importer(*work.store);
  const auto read = read_all(work, importer);
  const auto flushed = work.store->finish_bulk(clock.now());
  work.store->close();
  print(work.progress.clear());
  for (const auto* outcome : {&read, &flushed})
    if (!outcome->ok())
      print(fmt::format("lapwing import: {}: {}\n", file == "-" ? "standard input" : file,
                        outcome->error().message));
  report(work, importer, bytes_before);
  return read.ok() && flushed.ok() && left_out(importer) == 0 ? kSuccess : kFailure;
}

}  // namespace

int import_command(const std::vector<std::string>& words) {
  const auto arguments = parse_arguments(kSyntax, words);
  if (arguments.ok() && arguments->help()) {
    std::fputs(help_text(kSyntax).c_str(), stdout);
    return kSuccess;
  }
  std::string mistake = arguments.ok() ? "" : arguments.error().message;
  if (mistake.empty() && !arguments->has("data")) mistake = "say into which folder: --data DIR";
  if (!mistake.empty()) {
    print("lapwing import: " + mistake + "\n");
    return kUsageError;
  }
  return run_import(arguments->operands()[0], arguments->get("data"));
}

}  // namespace lapwing::cli
