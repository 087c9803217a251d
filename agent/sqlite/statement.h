// Statement: one compiled SQL statement, its parameters and the row it stands on.
// Source of truth: sqlite.org/c3ref/stmt.html.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/base/result.h"

struct sqlite3_stmt;

namespace lapwing::sqlite {

/// One thread at a time; must not outlive its Connection. The usual round:
///
///   auto insert = connection.prepare("INSERT INTO item(id, text) VALUES(?1, ?2)");
///   insert->bind(1, id).bind(2, text);
///   if (auto done = insert->run(); !done) return done;   // executes and resets
///
///   auto query = connection.prepare("SELECT id, text FROM item");
///   while (true) {
///     auto row = query->step();
///     if (!row) return std::move(row).error();
///     if (!*row) break;
///     use(query->integer(0), query->text(1));
///   }
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  /// Parameters count from 1. Text and blobs are copied. A failed bind is reported by the next
  /// step() or run(), so that binds can be chained.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, int value) { return bind(parameter, std::int64_t(value)); }
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, const char* text) {
    return bind(parameter, std::string_view(text));
  }
  Statement& bind_blob(int parameter, std::string_view bytes);
  Statement& bind_null(int parameter);

  /// True: stands on a row. False: done (reset() before it is stepped again).
  Result<bool> step();
  /// Executes to the end, throws rows away, resets; parameters stay bound.
  Result<void> run();
  /// Ready to be stepped again. Ends a read: an unfinished SELECT holds its snapshot until then.
  void reset();

  /// Columns of the row that step() stands on, counted from 0. Views live until the next
  /// step(), run() or reset(). NULL reads as 0 or "".
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const;
  int columns() const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  Statement& note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_error_ = 0;  // the first failed bind since the last step
};

}  // namespace lapwing::sqlite
