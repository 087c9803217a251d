#include "tests/agent/promql/script.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "agent/base/number.h"
#include "agent/promql/engine.h"
#include "agent/promql/lexer.h"
#include "agent/promql/parser.h"
#include "tests/support/fake_clock.h"

namespace lapwing::promql::testing {
namespace {

using lapwing::testing::MemoryStore;

struct Line {
  int number = 0;
  std::string text;  ///< without comment and blanks around it
  bool indented = false;
};

/// A query and what is expected of it.
struct Evaluation {
  int line = 0;
  bool instant = true;
  Timestamp from;
  Timestamp to;
  Duration step{1};
  std::string query;
  bool fails = false;
  bool ordered = false;
  std::vector<std::string> fail_messages;
  std::set<std::string> warnings;
  std::set<std::string> infos;
  std::vector<std::string> results;
};

std::string trimmed(std::string_view text) {
  const auto blank = " \t\r";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

std::vector<Line> read_lines(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<Line> lines;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    const bool indented = !text.empty() && (text[0] == ' ' || text[0] == '\t');
    const std::string content = trimmed(text);
    if (!content.empty() && content[0] != '#') lines.push_back({number, content, indented});
  }
  return lines;
}

/// Takes the first word off `text`.
std::string take_word(std::string& text) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  std::string word = text.substr(0, end);
  text = trimmed(std::string_view(text).substr(end));
  return word;
}

Duration duration_of(const std::string& text) {
  if (const auto duration = parse_duration(text)) return *duration;
  const auto seconds = parse_value(text);
  if (!seconds) throw std::runtime_error("no duration: " + text);
  return Duration(std::llround(*seconds * 1000));
}

Timestamp time_of(const std::string& text) { return from_millis(duration_of(text).count()); }

/// `{…}` with or without a name before it; the rest stays in `text`.
Labels take_labels(std::string& text) {
  std::size_t end = 0;
  bool braces = false;
  for (char quote_mark = 0; end < text.size(); ++end) {
    const char c = text[end];
    if (quote_mark != 0) {
      if (c == '\\') ++end;
      if (c == quote_mark) quote_mark = 0;
    } else if (c == '"') {
      quote_mark = c;
    } else if (c == '{') {
      braces = true;
    } else if (c == '}') {
      ++end;
      break;
    } else if (c == ' ' && !braces) {
      break;
    }
  }
  const std::string written = text.substr(0, end);
  text = trimmed(std::string_view(text).substr(end));
  if (written == "{}") return {};
  const auto matchers = parse_selector(written);
  if (!matchers) throw std::runtime_error(matchers.error().message);
  std::vector<Label> labels;
  for (const Matcher& matcher : *matchers) labels.push_back({matcher.label(), matcher.value()});
  return Labels::from(std::move(labels));
}

/// One item of a series: `_`, `_x3`, `stale`, `5`, `5x3`, `1+2x3`, `1-2x3`.
void append_item(const std::string& item, SeriesLine& out) {
  const std::size_t times = item.find('x');
  const std::size_t repeat = times == std::string::npos ? 0 : std::stoul(item.substr(times + 1));
  const std::string head = item.substr(0, times);
  if (head == "_") {
    const std::size_t count = times == std::string::npos ? 1 : repeat;
    out.values.insert(out.values.end(), count, kStaleMarker);
    out.gaps.insert(out.gaps.end(), count, true);
    return;
  }
  double value = kStaleMarker;
  double increment = 0;
  if (head != "stale") {
    std::size_t sign = std::string::npos;
    if (times != std::string::npos)
      for (std::size_t i = 1; i < head.size(); ++i)
        if ((head[i] == '+' || head[i] == '-') && head[i - 1] != 'e') sign = i;
    const auto start = parse_value(head.substr(0, sign));
    if (!start) throw std::runtime_error("no value: " + item);
    value = *start;
    if (sign != std::string::npos) increment = parse_value(head.substr(sign)).value();
  }
  for (std::size_t i = 0; i <= repeat; ++i) {
    out.values.push_back(value);
    out.gaps.push_back(false);
    if (increment != 0) value += increment;  // Adding would quiet the stale marker.
  }
}

void load_series(const std::string& text, Duration interval, MemoryStore& store) {
  const SeriesLine series = parse_series_line(text);
  for (std::size_t i = 0; i < series.values.size(); ++i)
    if (!series.gaps[i])
      store.add(series.labels, from_millis(interval.count() * std::int64_t(i)), series.values[i]);
}

Evaluation parse_evaluation(const Line& line) {
  Evaluation evaluation;
  evaluation.line = line.number;
  std::string rest = line.text;
  take_word(rest);
  evaluation.instant = take_word(rest) == "instant";
  if (evaluation.instant) {
    take_word(rest);  // at
    evaluation.from = evaluation.to = time_of(take_word(rest));
  } else {
    take_word(rest);  // from
    evaluation.from = time_of(take_word(rest));
    take_word(rest);  // to
    evaluation.to = time_of(take_word(rest));
    take_word(rest);  // step
    evaluation.step = duration_of(take_word(rest));
  }
  evaluation.query = rest;
  return evaluation;
}

void parse_expectation(const std::string& text, Evaluation& evaluation) {
  if (!text.starts_with("expect ")) {
    evaluation.results.push_back(text);
    return;
  }
  std::string rest = text.substr(7);
  const std::string kind = take_word(rest);
  if (rest.starts_with("msg:")) rest = trimmed(std::string_view(rest).substr(4));
  if (kind == "fail") {
    evaluation.fails = true;
    if (!rest.empty()) evaluation.fail_messages.push_back(rest);
  } else if (kind == "warn") {
    evaluation.warnings.insert(rest);
  } else if (kind == "info") {
    evaluation.infos.insert(rest);
  } else if (kind == "ordered") {
    evaluation.ordered = true;
  } else if (kind == "string") {
    evaluation.results.push_back("string " + rest);
  } else {
    throw std::runtime_error("unknown expectation: " + text);
  }
}

bool same(double wanted, double got) {
  if (std::isnan(wanted)) return std::isnan(got);
  if (wanted == got) return true;
  return std::fabs(wanted - got) <= 1e-9 * std::max(std::fabs(wanted), std::fabs(got));
}

class Checker {
 public:
  Checker(const Evaluation& wanted, std::vector<std::string>& failures, const std::string& path)
      : wanted_(wanted), failures_(failures), path_(path) {}

  void check(const Result<QueryResult>& got) {
    if (!got) {
      check_failure(got.error().message);
      return;
    }
    if (wanted_.fails) return complain("should have failed");
    check_notes("warning", wanted_.warnings, got->warnings);
    check_notes("info", wanted_.infos, got->infos);
    if (const auto* scalar = std::get_if<Scalar>(&got->value)) return check_scalar(scalar->value);
    if (const auto* text = std::get_if<String>(&got->value)) return check_string(text->text);
    if (const auto* vector = std::get_if<Vector>(&got->value)) return check_vector(*vector);
    check_matrix(std::get<Matrix>(got->value));
  }

 private:
  void complain(const std::string& what) {
    failures_.push_back(fmt::format("{}:{}: {}: {}", path_, wanted_.line, wanted_.query, what));
  }

  void check_failure(const std::string& message) {
    if (!wanted_.fails) return complain("failed: " + message);
    for (const std::string& expected : wanted_.fail_messages)
      if (expected != trimmed(message))
        complain(fmt::format("failed with \"{}\", expected \"{}\"", message, expected));
  }

  void check_notes(std::string_view kind, const std::set<std::string>& wanted,
                   const std::vector<std::string>& given) {
    const std::set<std::string> got(given.begin(), given.end());
    for (const std::string& note : wanted)
      if (!got.contains(note)) complain(fmt::format("no {} \"{}\"", kind, note));
    for (const std::string& note : got)
      if (!wanted.contains(note)) complain(fmt::format("unexpected {} \"{}\"", kind, note));
  }

  void check_scalar(double value) {
    if (wanted_.results.size() != 1) return complain("one number is expected of a scalar");
    const auto wanted = parse_value(wanted_.results[0]);
    if (!wanted) return complain("not a number: " + wanted_.results[0]);
    if (!same(*wanted, value)) complain("gave " + format_value(value));
  }

  void check_string(const std::string& text) {
    if (wanted_.results.size() != 1 || wanted_.results[0] != "string " + quote(text))
      complain("gave string " + quote(text));
  }

  void check_vector(const Vector& vector) {
    std::map<Labels, double> got;
    for (const VectorSample& sample : vector) {
      if (!got.emplace(sample.labels, sample.value).second)
        complain("gave twice " + sample.labels.to_string());
      if (sample.time != wanted_.from) complain("gave another time than the query's");
    }
    for (std::size_t i = 0; i < wanted_.results.size(); ++i) {
      const SeriesLine line = parse_series_line(wanted_.results[i]);
      const auto found = got.find(line.labels);
      if (found == got.end()) {
        complain("did not give " + wanted_.results[i]);
        continue;
      }
      if (!same(line.values.at(0), found->second))
        complain(fmt::format("gave {} {}, expected {}", line.labels.to_string(),
                             format_value(found->second), format_value(line.values[0])));
      if (wanted_.ordered && !(vector[i].labels == line.labels))
        complain("gave at another place " + wanted_.results[i]);
      got.erase(found);
    }
    for (const auto& [labels, value] : got)
      complain("gave also " + labels.to_string() + " " + format_value(value));
  }

  /// A range query's series, or the raw samples of a range selector as `value@seconds`.
  static std::string text_of(const Labels& labels, const std::map<Timestamp, double>& samples) {
    std::string out = labels.to_string();
    for (const auto& [time, value] : samples)
      out += fmt::format(" {}@{}", format_value(value), format_value(to_seconds(time)));
    return out;
  }

  std::map<Timestamp, double> wanted_samples(std::string text, Labels& labels) const {
    std::map<Timestamp, double> samples;
    if (text.find('@') == std::string::npos) {
      const SeriesLine line = parse_series_line(text);
      labels = line.labels;
      for (std::size_t i = 0; i < line.values.size(); ++i)
        if (!line.gaps[i]) samples[wanted_.from + wanted_.step * std::int64_t(i)] = line.values[i];
      return samples;
    }
    labels = take_labels(text);
    while (!text.empty()) {
      const std::string item = take_word(text);
      const std::size_t at = item.find('@');
      const double seconds = parse_value(item.substr(at + 1)).value();
      samples[from_millis(std::llround(seconds * 1000))] = parse_value(item.substr(0, at)).value();
    }
    return samples;
  }

  void check_matrix(const Matrix& matrix) {
    std::map<Labels, std::map<Timestamp, double>> got;
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      if (!wanted_.instant && i > 0 && !(matrix[i - 1].labels < matrix[i].labels))
        complain("is not sorted by labels");
      auto& samples = got[matrix[i].labels];
      for (std::size_t s = 0; s < matrix[i].samples.size(); ++s)
        samples[matrix[i].samples.times[s]] = matrix[i].samples.values[s];
    }
    for (const std::string& text : wanted_.results) {
      Labels labels;
      const auto wanted = wanted_samples(text, labels);
      const auto found = got.find(labels);
      if (found == got.end()) {
        complain("did not give " + text);
        continue;
      }
      const auto& samples = found->second;
      const bool equal = std::equal(wanted.begin(), wanted.end(), samples.begin(), samples.end(),
                                    [](const auto& a, const auto& b) {
                                      return a.first == b.first && same(a.second, b.second);
                                    });
      if (!equal)
        complain(
            fmt::format("gave {}, expected {}", text_of(labels, samples), text_of(labels, wanted)));
      got.erase(found);
    }
    for (const auto& [labels, samples] : got) complain("gave also " + text_of(labels, samples));
  }

  const Evaluation& wanted_;
  std::vector<std::string>& failures_;
  const std::string& path_;
};

Result<QueryResult> evaluate(const Evaluation& evaluation, const MemoryStore& store) {
  const auto expression = Expression::parse(evaluation.query);
  if (!expression) return expression.error();
  const lapwing::testing::FakeClock clock;
  const Engine engine(EngineOptions{}, clock);
  if (evaluation.instant) return engine.instant(store, *expression, evaluation.from);
  return engine.range(store, *expression, evaluation.from, evaluation.to, evaluation.step);
}

struct Script {
  MemoryStore store;
  std::vector<Evaluation> evaluations;
};

void parse_script(const std::string& path, Script& script) {
  Duration interval{};
  for (const Line& line : read_lines(path)) {
    if (line.text.starts_with("load ")) {
      interval = duration_of(line.text.substr(5));
      if (!script.evaluations.empty()) throw std::runtime_error(path + ": load after eval");
    } else if (line.text.starts_with("eval ")) {
      script.evaluations.push_back(parse_evaluation(line));
    } else if (script.evaluations.empty()) {
      load_series(line.text, interval, script.store);
    } else {
      parse_expectation(line.text, script.evaluations.back());
    }
  }
}

}  // namespace

SeriesLine parse_series_line(std::string_view line) {
  std::string rest(line);
  SeriesLine series;
  series.labels = take_labels(rest);
  while (!rest.empty()) append_item(take_word(rest), series);
  return series;
}

void load_script(const std::string& path, MemoryStore& store) {
  Duration interval{};
  bool loading = false;
  for (const Line& line : read_lines(path)) {
    if (!line.indented) loading = line.text.starts_with("load ");
    if (!line.indented && loading) interval = duration_of(line.text.substr(5));
    if (line.indented && loading) load_series(line.text, interval, store);
  }
}

std::vector<std::string> run_script(const std::string& path) {
  Script script;
  parse_script(path, script);
  std::vector<std::string> failures;
  if (script.evaluations.empty()) failures.push_back(path + ": has no eval");
  for (const Evaluation& evaluation : script.evaluations)
    Checker(evaluation, failures, path).check(evaluate(evaluation, script.store));
  return failures;
}

}  // namespace lapwing::promql::testing
