// What stands inside the journal's frames: series, and of each batch only the values that have
// changed. Pure bytes; files are journal.h's. Source of truth: FORMAT.md, "Journal".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/series.h"
#include "agent/tsdb/codec.h"

namespace lapwing::tsdb {

/// Turns batches into entries. A batch's order of series is a layout, written once and then
/// remembered with each place's newest value. Guarded by the store's lock.
class JournalEncoder {
 public:
  /// Forgets layouts, so that what follows can be read without what came before. Costs each
  /// layout's order and values anew.
  void restart();

  void series(std::uint32_t id, SeriesKind kind, const Labels& labels);
  /// One time for all. `skipped`: rising places of the batch that were not stored.
  void batch(std::string_view source, std::int64_t time, std::span<const SeriesRef> ids,
             std::span<const double> values, std::span<const std::uint32_t> skipped);
  /// A time for each.
  void samples(std::span<const SeriesRef> ids, std::span<const Timestamp> times,
               std::span<const double> values, std::span<const std::uint32_t> skipped);

  std::size_t pending_bytes() const { return out_.size(); }
  /// Memory, about.
  std::size_t bytes() const {
    return places_ * (sizeof(SeriesRef) + sizeof(ValueState)) + out_.capacity();
  }
  /// Whether the entries since the last take() are batches alone, of no use without those before.
  bool continues() const { return continues_; }
  /// The entries since the last take().
  std::string take();

 private:
  struct Layout {
    std::uint64_t number = 0;
    std::vector<SeriesRef> ids;
    std::vector<ValueState> states;
    std::int64_t time = 0;
  };
  Layout& layout(std::string_view source, std::span<const SeriesRef> ids);

  std::unordered_map<std::uint64_t, Layout> layouts_;  // by hash of source and ids
  std::size_t places_ = 0;                             // of the layouts since the last restart
  std::string out_;
  bool restart_due_ = true;
  bool continues_ = true;
};

/// What the decoder tells.
class JournalSink {
 public:
  virtual ~JournalSink() = default;
  virtual void series(std::uint32_t id, SeriesKind kind, const Labels& labels) = 0;
  /// `source` is empty when each sample has its own time: then `times` has as many as ids.
  virtual void samples(std::string_view source, std::int64_t time,
                       std::span<const std::uint32_t> ids, std::span<const Timestamp> times,
                       std::span<const double> values) = 0;
};

/// Reads payloads in the order in which they were written.
class JournalDecoder {
 public:
  explicit JournalDecoder(JournalSink& sink) : sink_(sink) {}

  /// Corrupt when the payload is no journal: entries up to there have been told.
  Result<void> payload(std::string_view bytes);
  /// A payload is missing: layouts are not usable until the next restart.
  void lost();

 private:
  struct Layout {
    std::string source;
    std::vector<std::uint32_t> ids;
    std::vector<ValueState> states;
    std::int64_t time = 0;
  };
  void read_series(class ByteReader& in);
  void read_layout(ByteReader& in);
  void read_batch(ByteReader& in);
  void read_samples(ByteReader& in);

  JournalSink& sink_;
  std::unordered_map<std::uint64_t, Layout> layouts_;
  std::size_t layout_places_ = 0;
  bool usable_ = false;  // after a restart with nothing lost since
  std::vector<std::uint32_t> ids_;
  std::vector<Timestamp> times_;
  std::vector<double> values_;
};

}  // namespace lapwing::tsdb
