#include "agent/sqlite/statement.h"

#include <sqlite3.h>

#include "agent/sqlite/error.h"

namespace lapwing::sqlite {
namespace {

Error statement_error(sqlite3_stmt* statement, int code) {
  sqlite3* handle = sqlite3_db_handle(statement);
  const char* file = sqlite3_db_filename(handle, "main");
  return make_error(file != nullptr && *file != '\0' ? file : "database", code, handle);
}

// A view of no bytes may have a null pointer, which SQLite would bind as NULL.
const char* data_of(std::string_view bytes) { return bytes.data() == nullptr ? "" : bytes.data(); }

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement& Statement::note(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  return note(sqlite3_bind_int64(handle_.get(), parameter, value));
}

Statement& Statement::bind(int parameter, double value) {
  return note(sqlite3_bind_double(handle_.get(), parameter, value));
}

Statement& Statement::bind(int parameter, std::string_view text) {
  return note(sqlite3_bind_text64(handle_.get(), parameter, data_of(text), text.size(),
                                  SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  return note(sqlite3_bind_blob64(handle_.get(), parameter, data_of(bytes), bytes.size(),
                                  SQLITE_TRANSIENT));
}

Statement& Statement::bind_null(int parameter) {
  return note(sqlite3_bind_null(handle_.get(), parameter));
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) {
    const Error error = statement_error(handle_.get(), bind_error_);
    bind_error_ = SQLITE_OK;
    return error;
  }
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error = statement_error(handle_.get(), code);
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::run() {
  while (true) {
    const auto row = step();
    if (!row) {
      reset();
      return row.error();
    }
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }

std::string_view Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(handle_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          std::size_t(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          std::size_t(sqlite3_column_bytes(handle_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

int Statement::columns() const { return sqlite3_column_count(handle_.get()); }

}  // namespace lapwing::sqlite
