#include "agent/tsdb/journal_record.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "agent/tsdb/bytes.h"

namespace lapwing::tsdb {
namespace {

enum Entry : std::uint8_t { kRestart = 1, kSeries = 2, kLayout = 3, kBatch = 4, kSamples = 5 };

// Sources that send ever other orders of series must not fill the memory with them.
constexpr std::size_t kLayoutLimit = 128;
// Nor must large sources whose series come and go, each time in a layout of its own: 28 bytes a
// place, here and where it is replayed. A few times as many as a store of the default limit needs.
constexpr std::size_t kWrittenPlaces = 600'000;
// What a damaged or hostile journal may make us allocate: 28 bytes a place.
constexpr std::size_t kLayoutPlaceLimit = 4'000'000;
constexpr std::size_t kLabelLimit = 1024;

std::uint64_t hash_of(std::string_view source, std::span<const SeriesRef> ids) {
  std::uint64_t hash = std::hash<std::string_view>()(source) ^ ids.size();
  for (const SeriesRef id : ids)
    hash = (std::rotl(hash, 5) ^ std::uint64_t(id)) * 0x9E3779B97F4A7C15ull;
  return hash;
}

void put_rising(std::string& out, std::span<const std::uint32_t> places) {
  put_varint(out, places.size());
  std::uint32_t before = 0;
  for (const std::uint32_t place : places) {
    put_varint(out, place - before);
    before = place;
  }
}

/// Whether `place` is among `skipped`, asked in rising order; `at` is the walk's place.
bool is_skipped(std::span<const std::uint32_t> skipped, std::size_t& at, std::uint32_t place) {
  if (at == skipped.size() || skipped[at] != place) return false;
  ++at;
  return true;
}

}  // namespace

void JournalEncoder::restart() {
  layouts_.clear();
  places_ = 0;
  restart_due_ = true;
}

std::string JournalEncoder::take() {
  std::string taken;
  taken.swap(out_);
  continues_ = true;
  return taken;
}

void JournalEncoder::series(std::uint32_t id, SeriesKind kind, const Labels& labels) {
  continues_ = false;
  out_ += char(kSeries);
  put_varint(out_, id);
  out_ += char(kind);
  put_varint(out_, labels.size());
  for (const Label label : labels) {
    put_text(out_, label.name);
    put_text(out_, label.value);
  }
}

JournalEncoder::Layout& JournalEncoder::layout(std::string_view source,
                                               std::span<const SeriesRef> ids) {
  const std::uint64_t hash = hash_of(source, ids);
  const auto found = layouts_.find(hash);
  if (found != layouts_.end() && std::ranges::equal(found->second.ids, ids)) return found->second;
  const bool too_many = places_ > 0 && places_ + ids.size() > kWrittenPlaces;
  if (layouts_.size() >= kLayoutLimit || too_many) restart();
  if (restart_due_) {
    restart_due_ = false;
    continues_ = false;
    out_ += char(kRestart);
  }
  places_ += ids.size();
  Layout& layout = layouts_[hash];  // A clash of hashes replaces: the number is defined anew.
  layout.number = hash;
  layout.ids.assign(ids.begin(), ids.end());
  layout.states.assign(ids.size(), ValueState{});
  layout.time = 0;
  out_ += char(kLayout);
  put_fixed<std::uint64_t>(out_, hash);
  put_text(out_, source);
  put_varint(out_, ids.size());
  std::int64_t before = 0;
  for (const SeriesRef id : ids) {
    put_signed(out_, std::int64_t(id) - before);
    before = std::int64_t(id);
  }
  return layout;
}

void JournalEncoder::batch(std::string_view source, std::int64_t time,
                           std::span<const SeriesRef> ids, std::span<const double> values,
                           std::span<const std::uint32_t> skipped) {
  Layout& known = layout(source, ids);
  out_ += char(kBatch);
  put_fixed<std::uint64_t>(out_, known.number);
  put_signed(out_, time - known.time);
  known.time = time;
  put_rising(out_, skipped);
  std::uint32_t changed = 0;
  std::string changes;
  std::uint32_t before = 0;
  std::size_t skip = 0;
  for (std::uint32_t place = 0; place < ids.size(); ++place) {
    if (is_skipped(skipped, skip, place)) continue;
    ValueState& state = known.states[place];
    if (std::bit_cast<std::uint64_t>(values[place]) == state.bits) continue;
    put_varint(changes, place - before);
    before = place;
    encode_change(state, values[place], changes);
    ++changed;
  }
  put_varint(out_, changed);
  out_ += changes;
}

void JournalEncoder::samples(std::span<const SeriesRef> ids, std::span<const Timestamp> times,
                             std::span<const double> values,
                             std::span<const std::uint32_t> skipped) {
  if (skipped.size() == ids.size()) return;
  continues_ = false;
  out_ += char(kSamples);
  put_varint(out_, ids.size() - skipped.size());
  std::int64_t id_before = 0, time_before = 0;
  std::size_t skip = 0;
  for (std::uint32_t place = 0; place < ids.size(); ++place) {
    if (is_skipped(skipped, skip, place)) continue;
    put_signed(out_, std::int64_t(ids[place]) - id_before);
    put_signed(out_, to_millis(times[place]) - time_before);
    id_before = std::int64_t(ids[place]);
    time_before = to_millis(times[place]);
    ValueState state;
    encode_change(state, values[place], out_);
  }
}

void JournalDecoder::lost() {
  layouts_.clear();
  layout_places_ = 0;
  usable_ = false;
}

Result<void> JournalDecoder::payload(std::string_view bytes) {
  ByteReader in(bytes);
  while (!in.at_end() && !in.failed()) {
    switch (in.byte()) {
      case kRestart:
        lost();
        usable_ = true;
        break;
      case kSeries:
        read_series(in);
        break;
      case kLayout:
        read_layout(in);
        break;
      case kBatch:
        read_batch(in);
        break;
      case kSamples:
        read_samples(in);
        break;
      default:
        in.fail();
    }
  }
  if (!in.failed()) return {};
  lost();
  return corrupt("a frame of the journal has no meaning");
}

void JournalDecoder::read_series(ByteReader& in) {
  const std::uint64_t id = in.varint();
  const std::uint8_t kind = in.byte();
  const std::uint64_t count = in.varint();
  if (id > 0xffffffffu || kind > std::uint8_t(SeriesKind::Gauge) || count > kLabelLimit)
    return in.fail();
  std::vector<Label> labels;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view name = in.text();
    labels.push_back({name, in.text()});
  }
  if (!in.failed())
    sink_.series(std::uint32_t(id), SeriesKind(kind), Labels::from(std::move(labels)));
}

void JournalDecoder::read_layout(ByteReader& in) {
  const auto number = in.fixed<std::uint64_t>();
  Layout layout;
  layout.source = in.text();
  const std::uint64_t count = in.varint();
  if (count > in.left() || layout_places_ + count > kLayoutPlaceLimit) return in.fail();
  std::uint64_t id = 0;
  layout.ids.reserve(std::size_t(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    id += std::uint64_t(in.signed_varint());
    layout.ids.push_back(std::uint32_t(id));
  }
  layout.states.resize(std::size_t(count));
  if (in.failed() || !usable_) return;
  layout_places_ += std::size_t(count);
  layouts_[number] = std::move(layout);
}

void JournalDecoder::read_batch(ByteReader& in) {
  const auto number = in.fixed<std::uint64_t>();
  const std::int64_t step = in.signed_varint();
  const std::uint64_t skips = in.varint();
  if (skips > in.left()) return in.fail();
  std::vector<std::uint64_t> skipped;
  std::uint64_t place = 0;
  for (std::uint64_t i = 0; i < skips; ++i) skipped.push_back(place += in.varint());
  const std::uint64_t changed = in.varint();
  if (in.failed() || changed > in.left()) return in.fail();

  const auto found = layouts_.find(number);
  Layout* const layout = found == layouts_.end() ? nullptr : &found->second;
  place = 0;
  for (std::uint64_t i = 0; i < changed; ++i) {
    place += in.varint();
    ValueState unknown;  // Changes of a lost layout are read over.
    if (layout != nullptr && place >= layout->ids.size()) return in.fail();
    if (!decode_change(layout == nullptr ? unknown : layout->states[std::size_t(place)], in))
      return in.fail();
  }
  if (layout == nullptr) {
    if (usable_) in.fail();  // Nothing was lost, so the layout should be known.
    return;
  }
  layout->time = std::int64_t(std::uint64_t(layout->time) + std::uint64_t(step));
  ids_.clear();
  values_.clear();
  std::size_t skip = 0;
  for (std::size_t at = 0; at < layout->ids.size(); ++at) {
    if (skip < skipped.size() && skipped[skip] == at) {
      ++skip;
      continue;
    }
    ids_.push_back(layout->ids[at]);
    values_.push_back(std::bit_cast<double>(layout->states[at].bits));
  }
  if (!ids_.empty()) sink_.samples(layout->source, layout->time, ids_, {}, values_);
}

void JournalDecoder::read_samples(ByteReader& in) {
  const std::uint64_t count = in.varint();
  if (count > in.left()) return in.fail();
  ids_.clear();
  times_.clear();
  values_.clear();
  std::uint64_t id = 0, time = 0;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    id += std::uint64_t(in.signed_varint());
    time += std::uint64_t(in.signed_varint());
    ValueState state;
    if (!decode_change(state, in)) return;
    ids_.push_back(std::uint32_t(id));
    times_.push_back(from_millis(std::int64_t(time)));
    values_.push_back(std::bit_cast<double>(state.bits));
  }
  if (!in.failed() && !ids_.empty()) sink_.samples({}, 0, ids_, times_, values_);
}

}  // namespace lapwing::tsdb
