#include "agent/cli/table.h"

#include <algorithm>
#include <cassert>

namespace lapwing::cli {

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(text_columns(column.heading));
  for (const std::vector<std::string>& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], text_columns(row[i]));

  std::string out;
  const auto add_line = [&](const auto& cell_of, Style style) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string& cell = cell_of(i);
      const std::string blanks(widths[i] - text_columns(cell), ' ');
      line += columns_[i].align == Align::Right ? blanks + cell : cell + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += styled(terminal, style, line) + "\n";
  };
  add_line([&](std::size_t i) -> const std::string& { return columns_[i].heading; },
           Style::Heading);
  for (const std::vector<std::string>& row : rows_)
    add_line([&](std::size_t i) -> const std::string& { return row[i]; }, Style::Plain);
  return out;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  return line + "\n";
}

}  // namespace lapwing::cli
