#include "collectors/scrape/target_series.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "agent/model/sample.h"
#include "collectors/scrape/openmetrics_parser.h"
#include "collectors/scrape/sample_value.h"
#include "collectors/scrape/text_parser.h"

namespace lapwing::collectors::scrape {
namespace {

// How much dearer a line is whose text is looked at, beside one that is only compared.
constexpr std::size_t kNewLineWork = 8;
// A store that has refused this many of a page's series is not asked for the rest of them.
constexpr std::size_t kRefusalsPerPage = 1'000;
constexpr std::uint32_t kNoRow = UINT32_MAX;
// Columns longer than a page needs by this much and half are cut.
constexpr std::size_t kSpareRows = 1'024;

constexpr std::array<std::string_view, 8> kReportNames = {"up",
                                                          "scrape_duration_seconds",
                                                          "scrape_samples_scraped",
                                                          "scrape_samples_post_metric_relabeling",
                                                          "scrape_series_added",
                                                          "scrape_timeout_seconds",
                                                          "scrape_sample_limit",
                                                          "scrape_body_size_bytes"};
constexpr std::size_t kPlainReports = 5;

template <typename Word>
bool equal_word(const char* a, const char* b) {
  Word x, y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

/// Whether `size` bytes, 2 to 16, are equal at both places: two words that may overlap.
bool equal_bytes(const char* a, const char* b, std::size_t size) {
  if (size >= 8)
    return equal_word<std::uint64_t>(a, b) && equal_word<std::uint64_t>(a + size - 8, b + size - 8);
  if (size >= 4)
    return equal_word<std::uint32_t>(a, b) && equal_word<std::uint32_t>(a + size - 4, b + size - 4);
  return equal_word<std::uint16_t>(a, b) && equal_word<std::uint16_t>(a + size - 2, b + size - 2);
}

/// Keeps the bytes from a sample's value to its line feed, so that the same bytes are not read
/// again; longer ones are not kept.
void keep_value(PageMemory::Line& line, const char* from, const char* to, double value) {
  const std::size_t size = std::size_t(to - from);
  line.value_size = size <= PageMemory::kValueText ? std::uint8_t(size) : std::uint8_t{0};
  line.value = value;
  if (line.value_size != 0) std::memcpy(line.value_text.data(), from, size);
}

/// Whether braces follow a bare name after blanks: then the name is not all that names the series.
bool braces_follow(const char* at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\t')) ++at;
  return at != end && *at == '{';
}

}  // namespace

TargetSeries::TargetSeries(Appender& appender, std::string_view source_name, Options options)
    : appender_(appender),
      source_(appender.source(source_name)),
      labels_(std::move(options.labels)),
      honor_timestamps_(options.honor_timestamps),
      track_timestamps_(options.track_timestamps_staleness),
      extra_metrics_(options.extra_metrics),
      remembered_lines_(options.remembered_lines),
      timeout_(options.timeout) {
  for (std::size_t i = 0; i < report_.size(); ++i)
    report_[i].labels =
        LabelsBuilder(labels_.options().target_labels).set(kMetricName, kReportNames[i]).build();
}

void TargetSeries::begin(std::string page, PageFormat format) {
  drop_page();
  const bool same_format = format == format_ || page.empty();
  page_ = std::move(page);
  if (!page_.empty()) format_ = format;
  at_ = 0;
  number_label_ = NumberLabel::None;
  over_sample_limit_ = false;
  memory_.begin_page(same_format ? PageMemory::Format::Same : PageMemory::Format::Other);
  stage_ = page_.empty() ? Stage::Ready : Stage::Lines;
}

void TargetSeries::drop_page() {
  forget_samples();
  stage_ = Stage::None;
  scraped_ = kept_ = added_ = added_timed_ = appended_ = 0;
  tracked_ = tracked_again_ = 0;
  unremembered_.clear();
}

void TargetSeries::forget_samples() {
  page_ = {};
  used_ = 0;
  timed_.clear();
  unresolved_.clear();
  resolved_ = 0;
  refused_now_ = 0;
}

Result<void> TargetSeries::read(std::string page, PageFormat format) {
  begin(std::move(page), format);
  while (true) {
    const Result<bool> ready = read_some(SIZE_MAX);
    if (!ready) return ready.error();
    if (*ready) return {};
  }
}

Result<bool> TargetSeries::read_some(std::size_t work) {
  if (stage_ == Stage::Lines) {
    const Result<void> read = format_ == PageFormat::Text ? read_lines<TextParser>(work)
                                                          : read_lines<OpenMetricsParser>(work);
    if (!read) {
      forget_samples();
      stage_ = Stage::Broken;
      return read.error();
    }
  }
  if (stage_ == Stage::Series) resolve_some(work);
  return stage_ == Stage::Ready;
}

Result<void> TargetSeries::count_sample() {
  if (++scraped_ <= kPageSeriesLimit) return {};
  return invalid("the page has more than " + std::to_string(kPageSeriesLimit) + " samples");
}

bool TargetSeries::within_sample_limit() {
  const std::uint64_t limit = labels_.options().limits.samples;
  over_sample_limit_ = over_sample_limit_ || (++appended_ > limit && limit > 0);
  return !over_sample_limit_;
}

void TargetSeries::track(PageMemory::Line& line) {
  const std::uint32_t round = memory_.round();
  if (line.tracked_round == round) return;
  tracked_again_ += line.tracked_round + 1 == round ? 1 : 0;
  line.tracked_round = round;
  ++tracked_;
}

void TargetSeries::put(SeriesRef ref, double value) {
  if (used_ == refs_.size()) {
    const std::size_t longer = std::max(used_ + used_ / 2, memory_.live()) + kReportSeries;
    refs_.resize(longer);
    values_.resize(longer);
  }
  refs_[used_] = ref;
  values_[used_++] = value;
}

void TargetSeries::stage(PageMemory::Line& line, bool first, double value, bool known,
                         std::optional<std::int64_t> millis) {
  ++kept_;
  const bool timed = millis.has_value() && honor_timestamps_;
  if (!first && !timed) {
    ++counts_.duplicates;
    return;
  }
  if (!within_sample_limit()) return;
  if (!timed || track_timestamps_) track(line);
  if (!known) ++added_;
  if (!known && timed) ++added_timed_;
  if (line.ref == kNoSeries)
    unresolved_.push_back({memory_.number_of(line), timed ? kNoRow : std::uint32_t(used_)});
  if (timed)
    timed_.push_back({memory_.number_of(line), value, *millis});
  else
    put(line.ref, value);
}

template <typename Parser>
Result<void> TargetSeries::read_lines(std::size_t& work) {
  Parser parser(page_);
  parser.move_to(at_);
  parser.set_number_label(number_label_);
  while (true) {
    if (Result<void> read = read_expected_lines(parser, work); !read) return read;
    // Series that are remembered come before those that are not, should the store be full.
    if (memory_full()) resolve_waiting(work);
    if (work == 0) break;
    work -= std::min(work, kNewLineWork);
    const std::size_t from = parser.position();
    const Result<Entry> entry = parser.next();
    if (!entry) return entry.error();
    if (*entry == Entry::End) return end_of_page();
    if (*entry == Entry::Comment) continue;
    Result<void> taken;
    if (*entry == Entry::Sample)
      taken = take_sample(parser);
    else
      learn(parser, *entry, std::string_view(page_).substr(from, parser.position() - from));
    if (!taken) return taken;
  }
  at_ = parser.position();
  number_label_ = parser.number_label();
  return {};
}

template <typename Parser>
Result<void> TargetSeries::read_expected_lines(Parser& parser, std::size_t& work) {
  const char* const begin = page_.data();
  const char* const end = begin + page_.size();
  const char* at = begin + parser.position();
  NumberLabel label = parser.number_label();
  for (; work > 0; --work) {
    PageMemory::Line* const expected = memory_.expected();
    if (expected == nullptr) break;
    PageMemory::Line& line = *expected;
    const char* const after = at + line.text_size;
    if (end - at <= std::ptrdiff_t(line.text_size) ||
        std::memcmp(at, memory_.text(line).data(), line.text_size) != 0)
      break;
    if (line.kind == PageMemory::Kind::Metadata) {
      metadata_.touch(line.family, memory_.round());
      memory_.place_expected(line);
      if (line.turns_number_label) label = line.number_label;
      at = after;
      continue;
    }
    if (*after != ' ') break;
    const char* const value_at = after + 1;
    const char* stop = value_at;
    std::optional<std::int64_t> millis;
    double value = line.value;
    if (line.value_size != 0 && end - value_at >= std::ptrdiff_t(PageMemory::kValueText) &&
        equal_bytes(value_at, line.value_text.data(), line.value_size)) {
      at = value_at + line.value_size;
    } else if (read_plain_decimal(stop, end, value) && stop != end && *stop == '\n') {
      at = stop + 1;
      keep_value(line, value_at, at, value);
    } else {
      if (after[-1] != '}' && braces_follow(after, end)) break;
      const Result<Entry> entry =
          parser.next_after_series(std::size_t(at - begin), std::size_t(after - begin));
      if (!entry) return entry.error();
      value = parser.value();
      millis = parser.timestamp_millis();
      at = begin + parser.position();
      if (!millis && at[-1] == '\n' && *value_at != ' ' && at - value_at >= 2)
        keep_value(line, value_at, at, value);
    }
    if (Result<void> counted = count_sample(); !counted) return counted;
    const bool first = memory_.place_expected(line);
    if (line.kind == PageMemory::Kind::Series) stage(line, first, value, true, millis);
  }
  parser.move_to(std::size_t(at - begin));
  parser.set_number_label(label);
  return {};
}

void TargetSeries::learn(const EntryReader& reader, Entry entry, std::string_view text) {
  const std::uint32_t family = metadata_.learn(reader, entry, memory_.round());
  if (!text.ends_with('\n')) return;  // The page's end: nothing follows that could be skipped to.
  std::uint32_t number = memory_.find(text);
  if (number == PageMemory::kNone && memory_full()) return;
  if (number == PageMemory::kNone) number = memory_.add(text, PageMemory::Kind::Metadata);
  PageMemory::Line& line = memory_.line(number);
  line.family = family;
  line.number_label = reader.number_label();
  line.turns_number_label = entry == Entry::Type;
  memory_.place(number);
}

Result<void> TargetSeries::take_sample(const EntryReader& reader) {
  if (Result<void> counted = count_sample(); !counted) return counted;
  std::uint32_t number = memory_.find(reader.series());
  bool known = number != PageMemory::kNone;
  if (known && memory_.line(number).kind == PageMemory::Kind::Dropped) {
    memory_.place(number);
    return {};
  }
  if (known) {
    // A line that the newest sound page lacked is not forgotten yet, but new all the same.
    known = memory_.line(number).seen_round >= memory_.sound_round();
  } else {
    reader.read_labels(scratch_);
    Result<std::optional<Labels>> made = labels_.make(scratch_);
    if (!made) return std::move(made).error();
    if (!*made) {
      if (!memory_full()) memory_.place(memory_.add(reader.series(), PageMemory::Kind::Dropped));
      return {};
    }
    if (over_sample_limit_) {  // Counted, but not remembered.
      ++kept_;
      return {};
    }
    if (memory_full()) {
      take_unremembered(**made, reader.value(), reader.timestamp_millis());
      return {};
    }
    number = memory_.add(reader.series(), PageMemory::Kind::Series);
    PageMemory::Line& line = memory_.line(number);
    line.series_kind = metadata_.kind_of((*made)->metric_name());
    line.labels = std::move(**made);
  }
  const bool first = memory_.place(number);
  stage(memory_.line(number), first, reader.value(), known, reader.timestamp_millis());
  return {};
}

// Its reference is asked for at once: to keep the labels until the page has ended would be to
// remember it. A series with times of its own counts as added each time.
void TargetSeries::take_unremembered(const Labels& labels, double value,
                                     std::optional<std::int64_t> millis) {
  ++kept_;
  if (!within_sample_limit()) return;
  const Result<SeriesRef> ref =
      refused_now_ < kRefusalsPerPage
          ? appender_.resolve(labels, metadata_.kind_of(labels.metric_name()))
          : Result<SeriesRef>(kNoSeries);
  if (!ref || *ref == kNoSeries) {
    ++counts_.refused;
    ++refused_now_;
    return;
  }
  const bool timed = millis.has_value() && honor_timestamps_;
  const bool known =
      std::binary_search(unremembered_before_.begin(), unremembered_before_.end(), *ref);
  if (!known) ++added_;
  if (!known && timed) ++added_timed_;
  if (!timed || track_timestamps_) unremembered_.push_back(*ref);
  if (timed)
    timed_.push_back({PageMemory::kNone, value, *millis, *ref});
  else
    put(*ref, value);
}

Result<void> TargetSeries::end_of_page() {
  if (over_sample_limit_) {
    ++counts_.sample_limit;
    return invalid("sample limit exceeded: the page has more than " +
                   std::to_string(labels_.options().limits.samples) + " samples (sample_limit)");
  }
  stage_ = Stage::Series;
  return {};
}

void TargetSeries::resolve_some(std::size_t& work) {
  resolve_waiting(work);
  if (resolved_ < unresolved_.size()) return;
  if (!unresolved_.empty()) fill_in_refs();
  stage_ = Stage::Ready;
}

void TargetSeries::resolve_waiting(std::size_t& work) {
  for (; resolved_ < unresolved_.size() && work > 0; ++resolved_) {
    if (refused_now_ >= kRefusalsPerPage) {
      counts_.refused += unresolved_.size() - resolved_;
      resolved_ = unresolved_.size();
      return;
    }
    work -= std::min(work, kNewLineWork);
    if (!resolve(memory_.line(unresolved_[resolved_].line))) ++refused_now_;
  }
}

SeriesRef TargetSeries::ref_of(const Timed& timed) const {
  return timed.line == PageMemory::kNone ? timed.ref : memory_.line(timed.line).ref;
}

bool TargetSeries::resolve(PageMemory::Line& line) {
  if (line.ref != kNoSeries) return true;
  const Result<SeriesRef> ref = appender_.resolve(line.labels, line.series_kind);
  if (!ref) {
    ++counts_.refused;
    return false;
  }
  line.ref = *ref;
  return true;
}

void TargetSeries::fill_in_refs() {
  bool complete = true;
  for (const Unresolved& one : unresolved_) {
    const SeriesRef ref = memory_.line(one.line).ref;
    if (one.row != kNoRow) refs_[one.row] = ref;
    complete = complete && ref != kNoSeries;
  }
  if (complete) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    if (refs_[i] == kNoSeries) continue;
    refs_[kept] = refs_[i];
    values_[kept++] = values_[i];
  }
  used_ = kept;
  std::erase_if(timed_, [this](const Timed& timed) { return ref_of(timed) == kNoSeries; });
}

void TargetSeries::add_stale_markers() {
  if (tracked_again_ == tracked_before_) return;
  for (const std::uint32_t number : memory_.page_before()) {
    const PageMemory::Line& line = memory_.line(number);
    if (line.tracked_round + 1 != memory_.round() || line.ref == kNoSeries) continue;
    put(line.ref, kStaleMarker);
  }
}

void TargetSeries::add_unremembered_markers() {
  std::sort(unremembered_.begin(), unremembered_.end());
  unremembered_.erase(std::unique(unremembered_.begin(), unremembered_.end()), unremembered_.end());
  std::vector<SeriesRef> gone;
  std::set_difference(unremembered_before_.begin(), unremembered_before_.end(),
                      unremembered_.begin(), unremembered_.end(), std::back_inserter(gone));
  if (!gone.empty()) {
    // Some have found room in the memory meanwhile: they go on.
    std::vector<SeriesRef> remembered;
    for (std::uint32_t number = 0; number < memory_.size(); ++number)
      if (memory_.line(number).tracked_round == memory_.round())
        remembered.push_back(memory_.line(number).ref);
    std::sort(remembered.begin(), remembered.end());
    for (const SeriesRef ref : gone)
      if (!std::binary_search(remembered.begin(), remembered.end(), ref)) put(ref, kStaleMarker);
  }
  unremembered_before_ = std::exchange(unremembered_, {});
}

void TargetSeries::add_report(const ScrapeReport& report) {
  const std::array<double, kReportSeries> figures = {report.up ? 1.0 : 0.0,
                                                     report.seconds,
                                                     double(scraped_),
                                                     double(kept_),
                                                     double(added_),
                                                     to_seconds(timeout_),
                                                     double(labels_.options().limits.samples),
                                                     report.body_size_bytes};
  const std::size_t count = extra_metrics_ ? kReportSeries : kPlainReports;
  for (std::size_t i = 0; i < count; ++i) {
    if (report_[i].ref == kNoSeries) {
      const Result<SeriesRef> ref = appender_.resolve(report_[i].labels, SeriesKind::Gauge);
      if (!ref) continue;
      report_[i].ref = *ref;
    }
    put(report_[i].ref, figures[i]);
  }
}

void TargetSeries::count(const AppendOutcome& outcome) {
  counts_.out_of_order += outcome.out_of_order;
  counts_.conflicting += outcome.conflicting;
  counts_.too_far_ahead += outcome.too_far_ahead;
}

void TargetSeries::append_page(Timestamp time) {
  const AppendOutcome outcome = appender_.append({.source = source_,
                                                  .time = time,
                                                  .refs = std::span(refs_).first(used_),
                                                  .values = std::span(values_).first(used_)});
  count(outcome);
  if (outcome.retired.empty()) return;
  LinesByRef lines;
  for (std::uint32_t number = 0; number < memory_.size(); ++number)
    lines.emplace(memory_.line(number).ref, number);
  std::size_t kept = 0;
  for (const std::uint32_t row : outcome.retired) {
    // A series that ends needs no new beginning.
    const SeriesRef ref = is_stale(values_[row]) ? kNoSeries : resolve_again(refs_[row], lines);
    if (ref == kNoSeries) continue;
    refs_[kept] = ref;
    values_[kept++] = values_[row];
  }
  if (kept > 0)
    count(appender_.append({.source = source_,
                            .time = time,
                            .refs = std::span(refs_).first(kept),
                            .values = std::span(values_).first(kept)}));
}

SeriesRef TargetSeries::resolve_again(SeriesRef retired, const LinesByRef& lines) {
  for (Report& report : report_) {
    if (report.ref != retired) continue;
    const Result<SeriesRef> again = appender_.resolve(report.labels, SeriesKind::Gauge);
    return report.ref = again ? *again : kNoSeries;
  }
  const auto found = lines.find(retired);
  if (found == lines.end()) return kNoSeries;
  PageMemory::Line& line = memory_.line(found->second);
  line.ref = kNoSeries;
  resolve(line);
  return line.ref;
}

void TargetSeries::append_timed() {
  std::vector<SeriesRef> refs;
  std::vector<double> values;
  std::vector<Timestamp> times;
  for (const Timed& timed : timed_) {
    refs.push_back(ref_of(timed));
    values.push_back(timed.value);
    times.push_back(from_millis(timed.millis));
  }
  const AppendOutcome outcome = appender_.append({.refs = refs, .values = values, .times = times});
  count(outcome);
  // A new series whose only sample is refused is not added.
  added_ -= std::min<std::uint64_t>(added_timed_, outcome.out_of_order + outcome.too_far_ahead);
  std::size_t kept = 0;
  for (const std::uint32_t index : outcome.retired) {
    if (timed_[index].line == PageMemory::kNone) continue;  // The next page asks anew.
    PageMemory::Line& line = memory_.line(timed_[index].line);
    if (line.ref == refs[index]) line.ref = kNoSeries;
    if (!resolve(line)) continue;
    refs[kept] = line.ref;
    values[kept] = timed_[index].value;
    times[kept++] = from_millis(timed_[index].millis);
  }
  refs.resize(kept);
  values.resize(kept);
  times.resize(kept);
  if (kept > 0) count(appender_.append({.refs = refs, .values = values, .times = times}));
}

void TargetSeries::commit(Timestamp time, const ScrapeReport& report) {
  if (stage_ == Stage::None) {
    drop_page();
    memory_.begin_page();
  }
  const bool sound = stage_ == Stage::Ready;
  const bool empty = page_.empty();
  if (!sound) forget_samples();
  if (!timed_.empty()) append_timed();
  add_stale_markers();
  add_unremembered_markers();
  add_report(report);
  append_page(time);
  memory_.end_page(sound && !empty);
  if (sound && !empty) metadata_.forget_old(memory_.round());
  memory_.forget_vanished(remembered_lines_);
  tracked_before_ = tracked_;
  stage_ = Stage::None;
  if (refs_.size() > used_ + used_ / 2 + kSpareRows) {
    refs_.resize(used_);
    values_.resize(used_);
    refs_.shrink_to_fit();
    values_.shrink_to_fit();
  }
  forget_samples();
}

void TargetSeries::retire(Timestamp time) {
  drop_page();
  for (const std::uint32_t number : memory_.page_before()) {
    const PageMemory::Line& line = memory_.line(number);
    if (line.tracked_round == memory_.round() && line.ref != kNoSeries) put(line.ref, kStaleMarker);
  }
  for (const SeriesRef ref : unremembered_before_) put(ref, kStaleMarker);
  unremembered_before_.clear();
  for (const Report& report : report_)
    if (report.ref != kNoSeries) put(report.ref, kStaleMarker);
  if (used_ > 0) append_page(time);
  used_ = 0;
}

std::size_t TargetSeries::memory_bytes() const {
  return memory_.bytes() + page_.capacity() + refs_.capacity() * sizeof(SeriesRef) +
         values_.capacity() * sizeof(double) + unresolved_.capacity() * sizeof(Unresolved) +
         timed_.capacity() * sizeof(Timed) +
         (unremembered_.capacity() + unremembered_before_.capacity()) * sizeof(SeriesRef);
}

}  // namespace lapwing::collectors::scrape
