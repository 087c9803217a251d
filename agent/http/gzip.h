// gzip (RFC 1952) of response bodies, by zlib. Request bodies are never unpacked.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::http {

/// Level 1: a tenth of the CPU of the default level for most of the gain on JSON and text.
Result<std::string> gzip(std::string_view text);

/// Corrupt when `packed` is no whole gzip stream, or unpacks to more than `limit_bytes`.
Result<std::string> gunzip(std::string_view packed, std::size_t limit_bytes);

/// Unpacks a gzip stream piece by piece as it comes in; several streams in a row are one, as Go has
/// it. Used by one thread at a time.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  enum class Outcome { Sound, TooLarge, Damaged };
  /// Appends what `packed` unpacks to, while `out` stays within `limit_bytes`.
  Outcome append(std::string_view packed, std::string& out, std::size_t limit_bytes);
  /// Whether all that came so far are whole streams, one at least.
  bool complete() const { return complete_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool complete_ = false;
};

/// Whether a body of that type shrinks when packed: text, JSON, JavaScript, XML, SVG.
/// Event streams are left out: each event must leave at once.
bool is_compressible(std::string_view content_type);

}  // namespace lapwing::http
