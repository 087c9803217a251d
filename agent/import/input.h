// Input: a file or standard input as plain text, whatever it is packed in. gzip (RFC 1952) and
// zstd (RFC 8878) are told by their first bytes, never by a name; several packed parts in a row
// are one text. Left out: other packers, archives, seeking.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::import {

/// Unpacks a stream of bytes piece by piece in bounded memory.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// Takes bytes off the front of `packed` and fills the front of `out`; the number of bytes
  /// there. 0 means that it wants more input. Corrupt when the bytes are no such stream.
  virtual Result<std::size_t> unpack(std::span<const char>& packed, std::span<char> out) = 0;
  /// Whether the input may end here.
  virtual bool complete() const = 0;
};

/// The unpacker for a text that begins with these bytes; null for plain text.
Result<std::unique_ptr<Unpacker>> unpacker_for(std::string_view beginning);

/// One thread.
class Input {
 public:
  /// `path`, or standard input for "-". NoData when there is no such file, Invalid for a folder.
  static Result<Input> open(const std::string& path);
  /// What the descriptor gives, from where it stands.
  explicit Input(UniqueFd fd);

  /// Fills the front of `out`; 0 at the end. Corrupt when a packed file is damaged or cut off.
  Result<std::size_t> read(std::span<char> out);

  /// Packed bytes that were read so far.
  std::uint64_t position() const { return position_ - packed_.size(); }
  /// Of the file; none for a pipe.
  std::optional<std::uint64_t> size() const { return size_; }

 private:
  Result<void> fill();

  UniqueFd fd_;
  std::optional<std::uint64_t> size_;
  std::uint64_t position_ = 0;  // of fd_
  std::string buffer_;
  std::span<const char> packed_;  // into buffer_: read, not yet unpacked
  std::unique_ptr<Unpacker> unpacker_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace lapwing::import
