// Result<T>: a value, or an Error that says what the caller can do about it.
// C++20 on g++ 12 has no std::expected; this is the part of it that Lapwing uses.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace lapwing {

/// Tells the caller what to do: the loop's and HTTP's reactions are listed beside each kind.
enum class ErrorKind {
  NoData,       ///< this host lacks it: skip quietly, count; an empty result
  Invalid,      ///< the input is wrong: report, do not retry; 400 or 422
  Unavailable,  ///< not now: retry with back-off; 503
  Corrupt,      ///< stored bytes are damaged: set aside, raise an alert; 500
};

/// The kind's name in lower case, as logs and metrics show it ("no data", "invalid", …).
std::string_view name(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::Invalid;
  std::string message;

  /// The same error with the place put before the message: "reading /proc/stat: truncated".
  Error in(std::string_view place) && {
    message.insert(0, ": ").insert(0, place);
    return std::move(*this);
  }
};

inline Error no_data(std::string message) { return {ErrorKind::NoData, std::move(message)}; }
inline Error invalid(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }
inline Error unavailable(std::string message) {
  return {ErrorKind::Unavailable, std::move(message)};
}
inline Error corrupt(std::string message) { return {ErrorKind::Corrupt, std::move(message)}; }

/// "open /x: Permission denied" from errno. ENOENT, ENODEV and ENOTDIR are NoData, the rest
/// Unavailable.
Error system_error(std::string_view what, int error_number);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value; only when ok().
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error; only when not ok().
  const Error& error() const& {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  /// Puts the place before the error's message; a value passes unchanged.
  Result in(std::string_view place) && {
    if (!ok()) std::get_if<1>(&state_)->message.insert(0, ": ").insert(0, place);
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }

  /// The error; only when not ok().
  const Error& error() const& {
    assert(!ok());
    return *error_;
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*error_);
  }

  Result in(std::string_view place) && {
    if (error_) error_->message.insert(0, ": ").insert(0, place);
    return std::move(*this);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace lapwing
