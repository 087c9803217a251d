// The writing half of group.h.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/group.h"
#include "agent/tsdb/group_format.h"
#include "agent/tsdb/size_classes.h"

namespace lapwing::tsdb {
namespace {

constexpr int kCompressionLevel = 9;
// A reference is looked for by so many of a column's differences.
constexpr std::size_t kProbes = 192;

struct Place {
  std::uint32_t column = 0, first = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Times of a chunk that is being written; equal ones and parts of longer ones are shared.
class TimeTable {
 public:
  explicit TimeTable(std::vector<std::vector<std::int64_t>> all) : columns_(std::move(all)) {
    std::ranges::sort(columns_, [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    std::vector<std::vector<std::int64_t>> kept;
    std::swap(kept, columns_);
    for (auto& times : kept)
      if (!find(times)) columns_.push_back(std::move(times));
  }

  std::optional<Place> find(std::span<const std::int64_t> times) const {
    for (std::uint32_t column = 0; column < columns_.size(); ++column) {
      const auto& there = columns_[column];
      const auto at = std::ranges::lower_bound(there, times.front());
      if (std::size_t(there.end() - at) < times.size()) continue;
      if (std::equal(times.begin(), times.end(), at))
        return Place{column, std::uint32_t(at - there.begin())};
    }
    return std::nullopt;
  }

  void write(std::string& counts, DenseFields& headers, std::vector<DenseBody>& bodies) const {
    put_varint(counts, columns_.size());
    for (const auto& times : columns_) {
      put_varint(counts, times.size());
      DenseColumn column;
      column.prepare(times);
      column.write(headers, bodies.emplace_back());
    }
  }

 private:
  std::vector<std::vector<std::int64_t>> columns_;
};

/// A series' samples, or as many of them as one part takes.
struct Piece {
  std::uint32_t slot = 0;
  std::vector<std::int64_t> times;
  std::vector<double> values;
  Place place;
  DenseColumn column;
};

/// What every `step`-th of `a` takes less or plus that of `b` (nothing: by itself); or something
/// not below `limit`.
std::uint64_t probe(std::span<const std::int64_t> a, std::span<const std::int64_t> b,
                    std::size_t step, std::uint64_t limit) {
  std::uint64_t with = 0, against = 0;
  for (std::size_t i = 1; i < a.size() && std::min(with, against) < limit; i += step) {
    const auto one = std::uint64_t(a[i]), other = b.empty() ? 0 : std::uint64_t(b[i]);
    with += std::uint64_t(std::bit_width(zigzag(std::int64_t(one - other))));
    against += std::uint64_t(std::bit_width(zigzag(std::int64_t(one + other))));
  }
  return std::min(with, against);
}

/// What a column takes by kProbes of its differences, by itself and beside others.
class Probes {
 public:
  explicit Probes(std::span<const std::int64_t> column)
      : column_(column),
        step_(std::max<std::size_t>(1, column.size() / kProbes)),
        first_look_(probe(column, {}, step_ * kFirstLook, ~0ull)) {}

  std::uint64_t alone() const { return probe(column_, {}, step_, ~0ull); }
  /// Less or plus `other`; or something not below `limit`. Most pairs have nothing in common, which
  /// a few probes tell.
  std::uint64_t beside(std::span<const std::int64_t> other, std::uint64_t limit) const {
    if (probe(column_, other, step_ * kFirstLook, first_look_ + 1) > first_look_) return limit;
    return probe(column_, other, step_, limit);
  }

 private:
  static constexpr std::size_t kFirstLook = 8;

  const std::span<const std::int64_t> column_;
  const std::size_t step_;
  const std::uint64_t first_look_;
};

/// Describes `pieces[at]` by earlier ones of the same times while that makes it smaller.
void choose_references(std::vector<Piece>& pieces, std::size_t at) {
  Piece& piece = pieces[at];
  if (piece.column.is_constant()) return;
  while (piece.column.bits() > 0) {
    // What is no nearer than nothing at all is no reference.
    const Probes probes(piece.column.remainder());
    std::uint64_t least = probes.alone();
    std::size_t best = at;
    for (std::size_t i = 0; i < at; ++i) {
      const Piece& other = pieces[i];
      if (other.place != piece.place || !piece.column.may_refer_to(other.column)) continue;
      const std::uint64_t bits = probes.beside(other.column.differences(), least);
      if (bits >= least) continue;
      least = bits;
      best = i;
    }
    if (best == at || !piece.column.refer_to(pieces[best].column, std::uint32_t(best))) return;
  }
}

/// Content in the order of FORMAT.md; sizes and bits are pieces of their own, see Compressor.
Result<std::string> compress_chunk(std::string directory, const std::vector<DenseBody>& bodies,
                                   Compressor& compressor) {
  std::vector<const DenseBody*> sized;
  std::string blocks, bits;
  for (const DenseBody& body : bodies) {
    if (!body.sizes.empty()) sized.push_back(&body);
    (body.sizes.empty() ? blocks : bits) += body.bits;
  }
  const std::vector<SizeClass> classes = classify_sizes(sized);
  for (const SizeClass one : classes) directory += char(one.number);
  for (const SizeClass one : classes) directory += char(one.shift);
  std::array<std::string, kSizeClasses> sizes;
  for (std::size_t i = 0; i < sized.size(); ++i)
    for (const char size : sized[i]->sizes)
      sizes[classes[i].number] += char(std::uint8_t(size) - classes[i].shift);
  directory += blocks;
  std::vector<std::string_view> pieces = {directory};
  for (const std::string& one : sizes)
    if (!one.empty()) pieces.emplace_back(one);
  if (!bits.empty()) pieces.emplace_back(bits);
  return compressor.compress(pieces, kCompressionLevel);
}

Result<std::string> write_chunk(std::vector<Piece>& pieces, Compressor& compressor) {
  std::vector<std::vector<std::int64_t>> all;
  for (const Piece& piece : pieces)
    if (all.empty() || all.back() != piece.times) all.push_back(piece.times);
  const TimeTable times(std::move(all));
  for (Piece& piece : pieces) {
    piece.place = times.find(piece.times).value_or(Place{});
    piece.times = {};
  }
  std::string directory(1, char(kChunkVersion)), slots, places;
  DenseFields headers;
  std::vector<DenseBody> bodies;
  times.write(directory, headers, bodies);
  put_varint(directory, pieces.size());
  std::int64_t next_slot = 0;
  std::optional<std::pair<Place, std::size_t>> before;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    piece.column.prepare(piece.values);
    piece.values = {};
    choose_references(pieces, i);
    put_signed(slots, piece.slot - next_slot);
    next_slot = piece.slot + 1;
    const std::pair place(piece.place, piece.column.size());
    const bool same = before == place;
    put_varint(places, same ? 0 : piece.place.column + 1);
    if (!same) put_varint(places, piece.place.first);
    if (!same) put_varint(places, piece.column.size());
    before = place;
    piece.column.write(headers, bodies.emplace_back());
  }
  return compress_chunk(directory + slots + places + headers.joined(), bodies, compressor);
}

}  // namespace

Result<std::vector<std::string>> encode_group(const std::vector<GroupSeries>& series,
                                              Compressor& compressor) {
  std::vector<std::string> chunks;
  std::vector<Piece> pieces;
  std::size_t samples = 0;
  const auto end_chunk = [&]() -> Result<void> {
    if (pieces.empty()) return {};
    auto chunk = write_chunk(pieces, compressor);
    if (!chunk) return std::move(chunk).error();
    chunks.push_back(std::move(*chunk));
    pieces.clear();
    samples = 0;
    return {};
  };
  Columns columns;
  std::vector<RunView> views;
  for (const GroupSeries& one : series) {
    views.clear();
    columns.clear();
    for (const auto& run : one.runs) views.push_back(view(*run));
    static_cast<void>(read_runs(views, {}, columns));  // Made in memory by us: never damaged.
    for (std::size_t at = 0; at < columns.size(); at += kPartSamples) {
      const std::size_t count = std::min<std::size_t>(kPartSamples, columns.size() - at);
      if (samples + count > kChunkSamples)
        if (auto ended = end_chunk(); !ended) return std::move(ended).error();
      samples += count;
      Piece& piece = pieces.emplace_back();
      piece.slot = one.slot;
      piece.times.reserve(count);
      for (std::size_t i = at; i < at + count; ++i)
        piece.times.push_back(to_millis(columns.times[i]));
      const auto first = columns.values.begin() + std::ptrdiff_t(at);
      piece.values.assign(first, first + std::ptrdiff_t(count));
    }
  }
  if (auto ended = end_chunk(); !ended) return std::move(ended).error();
  return chunks;
}

}  // namespace lapwing::tsdb
