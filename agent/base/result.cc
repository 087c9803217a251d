#include "agent/base/result.h"

#include <cerrno>
#include <system_error>

namespace lapwing {

std::string_view name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::NoData:
      return "no data";
    case ErrorKind::Invalid:
      return "invalid";
    case ErrorKind::Unavailable:
      return "unavailable";
    case ErrorKind::Corrupt:
      return "corrupt";
  }
  return "unknown";
}

Error system_error(std::string_view what, int error_number) {
  const bool absent = error_number == ENOENT || error_number == ENODEV || error_number == ENOTDIR;
  std::string message(what);
  message.append(": ").append(std::generic_category().message(error_number));
  return {absent ? ErrorKind::NoData : ErrorKind::Unavailable, std::move(message)};
}

}  // namespace lapwing
