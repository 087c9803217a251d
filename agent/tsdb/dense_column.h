// The dense codec: a whole column at once, as integers with a common divisor, as differences from
// what predicts them best, in packed blocks. It needs the column complete, so it is for disk; what
// grows sample by sample is codec.h's. Source of truth: FORMAT.md, "Dense columns".
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/tsdb/integer_form.h"
#include "agent/tsdb/packed_block.h"

namespace lapwing::tsdb {

class ByteReader;

/// What a column's residuals are taken from; numbers as in FORMAT.md.
enum class Prediction : std::uint8_t {
  Constant = 0,    ///< no residuals: one value
  Lowest = 1,      ///< the column's lowest integer
  Newest = 2,      ///< the integer before
  Slope = 3,       ///< the integer before and the difference there
  References = 4,  ///< the integer before and other columns' differences, added or taken away
  Sum = 5,         ///< no residuals: the references' differences add up to this column's
  Steady = 6,      ///< the integer before and what it mostly grows by
};

inline constexpr std::size_t kReferences = 3;      ///< of one column, at most
inline constexpr std::uint32_t kColumnWeight = 8;  ///< columns that decoding one may touch

/// A column's residuals: blocks (no sizes), or a size for each entry and the bits below.
struct DenseBody {
  std::string sizes;
  std::string bits;  ///< or blocks
};

/// A header, or those of several columns: field by field, so that like stands by like.
struct DenseFields {
  enum Field : std::uint8_t {
    Flags,
    FormOfIntegers,
    Base,
    Divisor,
    Slope,
    References,
    Misfits,
    Lowest,
    BodyBytes
  };
  static constexpr std::size_t kCount = 9;

  std::array<std::string, kCount> each;
  std::string joined() const;
};

/// A column on its way to disk.
class DenseColumn {
 public:
  /// Differences: the column is looked at by these alone, and never written.
  enum class Use : std::uint8_t { Write, Differences };
  /// Any doubles, at least one.
  void prepare(std::span<const double> values, Use use = Use::Write);
  void prepare(std::span<const std::int64_t> integers);

  /// Describes the column, beside what it refers to already, by another one of equal length, whose
  /// number is `number`, if that is smaller; false: it stays as it was.
  bool refer_to(const DenseColumn& other, std::uint32_t number);
  /// Whether one more reference to `other` would keep the limits.
  bool may_refer_to(const DenseColumn& other) const;

  /// Blocks: for what nothing compresses behind it, or only together with other things.
  enum class Residuals : std::uint8_t { Blocks, BlocksOrSizes };
  /// Appends the header to that of others; the residuals stand apart. Afterwards the column is good
  /// for being referred to only.
  void write(DenseFields& fields, DenseBody& body, Residuals residuals = Residuals::BlocksOrSizes);

  std::size_t size() const { return count_; }
  bool is_constant() const { return prediction_ == Prediction::Constant; }
  /// Of the integers divided by their divisor; [0] is 0. Empty when constant.
  std::span<const std::int64_t> differences() const { return differences_; }
  /// The differences less those of the references.
  std::span<const std::int64_t> remainder() const {
    return references_.empty() ? differences_ : remainder_;
  }
  /// The bits that residuals take, about.
  std::uint64_t bits() const { return residuals_.bits; }

 private:
  struct ColumnReference {
    std::uint32_t number = 0;
    bool negative = false;
  };
  /// Numbers: steps in zigzag, or counted from the lowest of them, which takes no sign.
  struct Numbers {
    std::vector<std::uint64_t> each;
    std::optional<std::int64_t> lowest;
    std::uint64_t bits = 0;
  };

  void divide();
  void find_differences();
  void predict();
  void take(Prediction prediction, Numbers residuals);
  void try_steady();
  std::int64_t slope_before() const;
  void write_misfits(std::string& out) const;
  void write_body(DenseBody& body, Residuals residuals) const;
  /// The first `unused` steps mean nothing: what follows them is repeated there.
  static Numbers numbers_of(std::span<const std::int64_t> steps, std::size_t unused);

  std::size_t count_ = 0;
  Prediction prediction_ = Prediction::Constant;
  Form form_ = kWholeForm;
  bool raw_constant_ = false;
  std::vector<ColumnReference> references_;
  std::uint32_t weight_ = 1;
  std::int64_t base_ = 0;
  std::uint64_t divisor_ = 1;
  std::int64_t middle_ = 0;             // what the integers mostly grow by, where steady
  std::vector<std::int64_t> integers_;  // divided, from the first; while preparing
  std::vector<std::int64_t> differences_;
  std::vector<std::int64_t> remainder_;  // with references
  Numbers residuals_;
  std::vector<Misfit> misfits_;
};

/// What a column's header says. Views into the bytes read. Small: a query holds many thousands.
struct DenseHeader {
  struct Reference {
    std::uint32_t number : 31 = 0;
    std::uint32_t negative : 1 = 0;
  };
  Prediction prediction = Prediction::Constant;
  Form form = kWholeForm;
  bool sized = false;    ///< the residuals: sizes and bits, not blocks
  bool counted = false;  ///< the residuals count from `lowest`, and are no zigzag
  std::uint8_t reference_count = 0;
  std::array<Reference, kReferences> references;
  std::int64_t base = 0;
  std::uint64_t constant_bits = 0;
  std::uint64_t divisor = 1;
  std::int64_t slope = 0;
  std::int64_t lowest = 0;
  std::string_view misfit_bytes;
  std::uint32_t misfits = 0;
  std::uint32_t body_bytes = 0;
};

/// The headers of so many columns; false when the bytes are none.
bool read_dense_headers(ByteReader& in, std::span<DenseHeader> headers);

/// A column that can be decoded: header, residuals and the columns that it refers to, of which
/// none may be constant and together with theirs they may be kColumnWeight at most.
struct DenseView {
  DenseHeader header;
  std::string_view sizes;  ///< where the header says so, as many as entries
  std::string_view body;
  std::array<const DenseView*, kReferences> references{};
  bool referred = false;  ///< by another column
};

/// Decodes columns one after the other. Keeps the memory that it works in, and what other columns
/// refer to, up to a limit. One thread.
class DenseDecoder {
 public:
  /// Decodes the values at `from` to `to` (exclusive) of a column of `count`, into `out`. False
  /// when the bytes are damaged.
  bool decode(const DenseView& column, std::size_t count, std::size_t from, std::size_t to,
              double* out);
  /// The same of a column without misfits, as integers.
  bool decode(const DenseView& column, std::size_t count, std::int64_t* out);
  /// Before any view that was decoded or referred to goes.
  void forget();

 private:
  /// What the divided integers are above the first one, modulo 2^64; room for whole blocks.
  using Levels = std::unique_ptr<std::uint64_t[]>;

  /// The first `to` at least; null when the bytes are damaged.
  const std::uint64_t* levels_of(const DenseView& column, std::size_t count, std::size_t to);
  bool fill_levels(const DenseView& column, std::size_t count, std::size_t to, std::uint64_t* out);
  const std::uint64_t* kept(const DenseView& column, std::size_t count);

  std::unordered_map<const DenseView*, Levels> kept_;
  std::size_t kept_bytes_ = 0;
  Levels levels_;
  std::size_t levels_size_ = 0;
};

/// Columns that stand alone: any doubles, or integers whose meaning is the caller's. `out` gets
/// bytes that end by themselves.
void encode_doubles(std::span<const double> values, std::string& out);
void encode_integers(std::span<const std::int64_t> integers, std::string& out);
/// Reads exactly out.size() entries; false when damaged. `bytes` is the column and nothing else.
bool decode_doubles(std::string_view bytes, std::span<double> out);
bool decode_integers(std::string_view bytes, std::span<std::int64_t> out);

}  // namespace lapwing::tsdb
