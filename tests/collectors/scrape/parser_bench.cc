// How long pages take to be read, without HTTP and store: nanoseconds of CPU a sample for a new
// page, a page seen before, one whose order changes and one that grows. For tests/bench/scrape.py.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/scrape/openmetrics_parser.h"
#include "collectors/scrape/target_series.h"
#include "collectors/scrape/text_parser.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

/// Gives numbers and stores nothing.
class NoStore final : public Appender {
 public:
  SourceRef source(std::string_view) override { return SourceRef(1); }
  Result<SeriesRef> resolve(const Labels&, SeriesKind) override { return SeriesRef(++refs_); }
  AppendOutcome append(const Batch& batch) override {
    return {.stored = std::uint32_t(batch.refs.size())};
  }

 private:
  std::uint32_t refs_ = 0;
};

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

struct Shape {
  std::size_t series = 10'000;
  std::size_t first = 0;  // number of the first series: another one is another set of series
  bool shuffled = false;
  bool openmetrics = false;
};

/// Families of 100 series with four labels; counters that move by different steps, and gauges.
std::string page(const Shape& shape, int variant) {
  std::mt19937 random(unsigned(variant) + 1);
  std::vector<std::string> lines;
  for (std::size_t n = shape.first; n < shape.first + shape.series; ++n) {
    const std::size_t family = n / 100;
    const bool counter = family % 3 != 2;
    const std::string name =
        "app_metric_" + std::to_string(family) + (counter ? "_total" : "_value");
    std::string line;
    if (n % 100 == 0 && !shape.shuffled)
      line = "# HELP " + name + " Synthetic metric of the test page.\n# TYPE " + name +
             (counter ? " counter\n" : " gauge\n");
    line += name + "{device=\"dev" + std::to_string(n % 100) + "\",path=\"/api/v1/item" +
            std::to_string(n % 25) + "\",code=\"" + std::to_string(200 + n % 4) + "\",zone=\"eu-" +
            std::to_string(n % 7) + "\"} ";
    char value[32];
    if (!counter)
      std::snprintf(value, sizeof value, "%.2f", 50 + double(random() % 2000) / 100);
    else if (n % 5 < 2)
      std::snprintf(value, sizeof value, "%zu", n * 977);
    else if (n % 5 < 4)
      std::snprintf(value, sizeof value, "%zu", n * 977 + std::size_t(variant) * (1 + n % 3));
    else
      std::snprintf(value, sizeof value, "%.3f", double(n) * 977 + variant * 1000.5);
    lines.push_back(line + value + "\n");
  }
  if (shape.shuffled) std::shuffle(lines.begin(), lines.end(), random);
  std::string page;
  for (const std::string& line : lines) page += line;
  if (shape.openmetrics) page += "# EOF\n";
  return page;
}

std::vector<std::string> pages(Shape shape, int count, std::size_t step = 0) {
  std::vector<std::string> made;
  for (int variant = 0; variant < count; ++variant) {
    made.push_back(page(shape, variant));
    shape.series += step;
  }
  return made;
}

void tell(const char* what, double seconds, std::size_t samples) {
  std::printf("%s %.2f\n", what, seconds * 1e9 / double(samples));
}

template <typename Parser>
void measure_syntax(const char* what, const std::vector<std::string>& pages) {
  std::size_t samples = 0;
  double sum = 0;
  const double began = cpu_seconds();
  for (const std::string& text : pages) {
    Parser parser(text);
    for (Result<Entry> entry = parser.next(); entry && *entry != Entry::End; entry = parser.next())
      if (*entry == Entry::Sample) {
        ++samples;
        sum += parser.value();
      }
  }
  tell(what, cpu_seconds() - began, sum == 0 ? 0 : samples);
}

/// Scrapes the pages in turn; what is told leaves out the first `warm` of them.
void measure_target(const char* what, const std::vector<std::string>& pages, std::size_t warm,
                    PageFormat format = PageFormat::Text) {
  NoStore store;
  TargetSeries series(store, "bench",
                      {.labels = {.target_labels = Labels{{"job", "app"}, {"instance", "h:1"}}}});
  std::size_t samples = 0;
  double spent = 0;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string copy = pages[i];  // as the client hands it over
    const double began = cpu_seconds();
    if (!series.read(std::move(copy), format)) return;
    series.commit(from_millis(std::int64_t(i) * 1'000), {.up = true});
    if (i < warm) continue;
    spent += cpu_seconds() - began;
    samples += series.scraped();
  }
  tell(what, spent, samples);
}

/// An hour of scrapes of which each minute replaces a tenth of the series.
void measure_churn() {
  NoStore store;
  TargetSeries series(store, "bench", {.labels = {.target_labels = Labels{{"job", "app"}}}});
  std::size_t early = 0;
  for (int second = 0; second < 3'600; ++second) {
    std::string page;
    const int generation = second / 60;
    for (int n = 0; n < 1'000; ++n) {
      const int born = (generation + n % 10) / 10;  // each series lives for ten minutes
      page += "app_requests_total{pod=\"app-" + std::to_string(n) + "-" + std::to_string(born) +
              "\"} " + std::to_string(second * 7 + n) + "\n";
    }
    if (!series.read(std::move(page), PageFormat::Text)) return;
    series.commit(from_millis(std::int64_t(second) * 1'000), {.up = true});
    if (second < 900) early = std::max(early, series.memory_bytes());
  }
  std::printf("churn_early_bytes %zu\nchurn_late_bytes %zu\n", early, series.memory_bytes());
}

}  // namespace

int main() {
  const Shape text;
  const Shape open{.openmetrics = true};
  measure_syntax<TextParser>("syntax_text", pages(text, 30));
  measure_syntax<OpenMetricsParser>("syntax_openmetrics", pages(open, 30));
  measure_target("known_text", pages(text, 40), 2);
  measure_target("known_openmetrics", pages(open, 40), 2, PageFormat::OpenMetrics);
  measure_target("first_page", pages(text, 1), 0);
  measure_target("shuffled", pages({.shuffled = true}, 20), 2);
  measure_target("growing", pages(text, 20, 10), 2);
  measure_churn();
  return 0;
}
