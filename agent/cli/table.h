// Table: rows of text with aligned columns.
#pragma once

#include <string>
#include <vector>

#include "agent/cli/terminal.h"

namespace lapwing::cli {

enum class Align { Left, Right };

class Table {
 public:
  struct Column {
    std::string heading;
    Align align = Align::Left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell a column; control characters are replaced.
  void add(std::vector<std::string> cells);
  /// Heading and rows, a line each; no blanks at the ends of lines.
  std::string text(const Terminal& terminal) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// The cells as one line of CSV (RFC 4180), with its CRLF left to "\n".
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace lapwing::cli
