// What SQLite's result codes mean to a caller (sqlite.org/rescode.html).
#pragma once

#include <string_view>

#include "agent/base/result.h"

struct sqlite3;

namespace lapwing::sqlite {

/// Invalid, Unavailable or Corrupt; `what` comes first in the message. `handle` may be null.
Error make_error(std::string_view what, int code, sqlite3* handle);

}  // namespace lapwing::sqlite
