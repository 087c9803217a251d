#include "agent/sqlite/error.h"

#include <sqlite3.h>

#include <string>

namespace lapwing::sqlite {

Error make_error(std::string_view what, int code, sqlite3* handle) {
  std::string message(what);
  message += ": ";
  // The handle's text belongs to its last failure; it says more than the code's own.
  const bool handle_knows = handle != nullptr && (sqlite3_errcode(handle) & 0xff) == (code & 0xff);
  message += handle_knows ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return corrupt(std::move(message));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
      return unavailable(std::move(message));
    default:
      return invalid(std::move(message));
  }
}

}  // namespace lapwing::sqlite
