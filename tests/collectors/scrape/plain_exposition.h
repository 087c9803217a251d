// A slow, plain reader of exposition pages to hold the real ones against: a table of tokens by
// state, the longest match taken, as Prometheus's lexers are written, and a grammar over them. It
// shares nothing with the parsers under test but the reading of numbers.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/utf8.h"
#include "collectors/scrape/openmetrics_parser.h"
#include "collectors/scrape/sample_value.h"
#include "collectors/scrape/text_parser.h"

namespace lapwing::testing {

/// A page as text: a line an entry, "error" at the end when the page breaks a rule.
class PlainExposition {
 public:
  PlainExposition(std::string_view page, bool openmetrics) : page_(page), open_(openmetrics) {
    if (!open_) page_ += '\n';
  }

  std::string read() {
    while (entry()) {
    }
    return told_;
  }

 private:
  static bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  bool fits(std::string_view text) const { return page_.compare(at_, text.size(), text) == 0; }
  char now() const { return at_ < page_.size() ? page_[at_] : '\0'; }
  bool over() const { return at_ >= page_.size(); }

  std::string name(bool colons) {
    std::string name;
    while (!over() &&
           (letter(now()) || (colons && now() == ':') || (digit(now()) && !name.empty())))
      name += page_[at_++];
    return name;
  }
  std::optional<std::string> quoted(bool line_feeds) {
    const std::size_t from = at_;
    std::string inside;
    for (++at_; !over(); ++at_) {
      if (now() == '"') {
        ++at_;
        return inside;
      }
      if (now() == '\n' && !line_feeds) break;
      if (now() == '\\') {
        inside += now();
        if (++at_; over() || now() == '\n') break;
      }
      inside += now();
    }
    at_ = from;
    return std::nullopt;
  }
  void blanks() {
    while (!open_ && !over() && (now() == ' ' || now() == '\t')) ++at_;
  }
  static std::string unescaped(const std::string& raw, bool quotes) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const char next = i + 1 < raw.size() ? raw[i + 1] : '\0';
      const bool escape =
          raw[i] == '\\' && (next == 'n' || next == '\\' || (next == '"' && quotes));
      if (escape) ++i;
      out += escape && next == 'n' ? '\n' : raw[i];
    }
    return out;
  }
  bool fail() {
    told_ += "error";
    return false;
  }

  /// False at the end, or when something is wrong.
  bool entry() {
    blanks();
    if (open_) {
      if (over()) return fail();
      if (fits("# EOF")) {
        at_ += fits("# EOF\n") ? 6 : 5;
        return over() ? false : fail();
      }
    } else {
      if (over() || now() == '\0') return false;
      if (now() == '\n') {
        ++at_;
        return true;
      }
    }
    return now() == '#' ? comment() : sample();
  }

  bool comment() {
    ++at_;
    std::string word;
    if (open_) {
      if (!fits(" HELP ") && !fits(" TYPE ") && !fits(" UNIT ")) return fail();
      word = page_.substr(at_ + 1, 4);
      at_ += 6;
    } else {
      const bool blank = now() == ' ' || now() == '\t';
      blanks();
      if (blank && !over() && now() == '\0') return false;
      const char behind = at_ + 4 < page_.size() ? page_[at_ + 4] : '\n';
      if (!blank || (!fits("HELP") && !fits("TYPE")) || (behind != ' ' && behind != '\t')) {
        while (!over() && now() != '\n' && (blank || now() != '\0')) ++at_;
        if (over() || now() == '\0') return false;
        ++at_;
        return true;
      }
      word = page_.substr(at_, 4);
      at_ += 4;
      blanks();
    }
    std::string family;
    if (now() == '"') {
      const auto inside = quoted(true);
      if (!inside) return fail();
      family = *inside;
    } else if (family = name(true); family.empty()) {
      return fail();
    }
    const std::size_t end = page_.find('\n', at_);
    if (end == std::string::npos || (open_ && now() != ' ')) return fail();
    std::string text = page_.substr(at_, end - at_);
    if (!text.empty()) text.erase(0, 1);
    at_ = end + 1;
    return metadata(word, family, text);
  }

  bool metadata(const std::string& word, const std::string& family, const std::string& text) {
    if (word == "HELP" && !is_utf8(text)) return fail();
    if (word == "TYPE") {
      std::string known =
          open_ ? " counter gauge histogram gaugehistogram summary info stateset unknown "
                : " counter gauge histogram summary untyped ";
      if (text.empty() || text.find(' ') != std::string::npos ||
          known.find(" " + text + " ") == std::string::npos)
        return fail();
      type_ = text;
    }
    if (word == "UNIT" && !text.empty() &&
        !(("_" + text).size() <= family.size() &&
          family.substr(family.size() - text.size() - 1) == "_" + text))
      return fail();
    told_ += word + " " + family + " " + unescaped(text, open_) + "\n";
    return true;
  }

  bool sample() {
    labels_.clear();
    metric_.reset();
    if (now() != '{') {
      metric_ = name(true);
      if (metric_->empty()) return fail();
      blanks();
    }
    if (now() == '{') {
      ++at_;
      if (!braces(true)) return fail();
    }
    if (!metric_) return fail();
    return value_and_rest();
  }

  bool braces(bool series) {
    blanks();
    while (now() != '}') {
      const bool quotes = now() == '"';
      std::string key;
      if (quotes) {
        const auto inside = quoted(series);
        if (!inside) return false;
        key = *inside;
      } else if (key = name(false); key.empty()) {
        return false;
      }
      blanks();
      if (series && (now() == ',' || now() == '}')) {
        if (!quotes || metric_) return false;
        metric_ = key;
      } else {
        if (now() != '=') return false;
        ++at_;
        blanks();
        if (now() != '"') return false;
        const auto inside = quoted(!open_);
        if (!inside || !is_utf8(*inside)) return false;
        if (series) labels_.emplace_back(unescaped(key, true), unescaped(*inside, true));
        blanks();
      }
      if (now() == ',') {
        ++at_;
        blanks();
      } else if (open_ && now() != '}') {
        return false;
      }
    }
    ++at_;
    return true;
  }

  std::optional<double> number() {
    std::string word;
    if (open_) {
      if (now() != ' ') return std::nullopt;
      ++at_;
      while (!over() && now() != ' ' && now() != '\n') word += page_[at_++];
    } else {
      blanks();
      while (!over() && now() != ' ' && now() != '\t' && now() != '\n' && now() != '{')
        word += page_[at_++];
    }
    const auto value = collectors::scrape::parse_sample_value(word);
    if (!value) return std::nullopt;
    return std::isnan(*value) ? std::numeric_limits<double>::quiet_NaN() : *value;
  }

  bool value_and_rest() {
    const auto value = number();
    if (!value) return fail();
    std::string time;
    if (open_) {
      const bool nothing = now() == ' ' && (at_ + 1 == page_.size() || fits(" \n") || fits(" # "));
      if (nothing && !fits(" # {")) {  // The sample counts before the fault is seen.
        tell(*value, "");
        return fail();
      }
      if (now() == ' ' && !fits(" # {")) {
        const auto seconds = number();
        if (!seconds || !std::isfinite(*seconds)) return fail();
        const double millis = *seconds * 1'000;
        time = std::to_string(std::fabs(millis) < 9.2e18 ? std::int64_t(millis) : INT64_MIN);
      }
      if (fits(" # {")) {
        at_ += 4;
        if (!braces(false) || !number()) return fail();
        if (now() == ' ') {
          const auto seconds = number();
          if (!seconds || !std::isfinite(*seconds)) return fail();
        }
      }
    } else {
      blanks();
      while (!over() && digit(now())) time += page_[at_++];
      if (!time.empty()) {
        const std::string significant =
            time.substr(std::min(time.find_first_not_of('0'), time.size() - 1));
        const std::string most = "9223372036854775807";
        if (significant.size() > most.size() ||
            (significant.size() == most.size() && significant > most))
          return fail();
        time = significant;
      }
      blanks();
    }
    if (now() != '\n' || over()) return fail();
    ++at_;
    tell(*value, time);
    return true;
  }

  void tell(double value, const std::string& time) {
    told_ += unescaped(*metric_, true);
    for (const auto& [label, text] : labels_) {
      std::string shown = text;
      if ((type_ == "histogram" && label == "le") || (type_ == "summary" && label == "quantile"))
        if (const auto read = collectors::scrape::parse_sample_value(text); read) {
          shown.clear();
          collectors::scrape::append_openmetrics_number(shown, *read);
        }
      told_ += "|" + label + "=" + shown;
    }
    told_ += " " + std::to_string(value) + (time.empty() ? "" : "@" + time) + "\n";
  }

  std::string page_;
  const bool open_;
  std::size_t at_ = 0;
  std::string told_;
  std::string type_;
  std::optional<std::string> metric_;
  std::vector<std::pair<std::string, std::string>> labels_;
};

/// The same text from a parser under test.
template <typename Parser>
std::string told_by(std::string_view page) {
  using collectors::scrape::Entry;
  Parser parser(page);
  std::string told;
  std::vector<std::pair<std::string, std::string>> labels;
  for (auto entry = parser.next();; entry = parser.next()) {
    if (!entry) return told + "error";
    if (*entry == Entry::End) return told;
    if (*entry == Entry::Comment) continue;
    if (*entry != Entry::Sample) {
      const std::string word = *entry == Entry::Help   ? "HELP"
                               : *entry == Entry::Type ? "TYPE"
                                                       : "UNIT";
      const std::string text = *entry == Entry::Type ? "" : parser.text();
      told += word + " " + std::string(parser.family()) + " ";
      if (*entry == Entry::Type)
        told += std::is_same_v<Parser, collectors::scrape::TextParser> &&
                        parser.type() == MetricType::Unknown
                    ? "untyped"
                    : std::string(name(parser.type()));
      told += text + "\n";
      continue;
    }
    parser.read_labels(labels);
    for (std::size_t i = 0; i < labels.size(); ++i)
      told += (i == 0 ? "" : "|" + labels[i].first + "=") + labels[i].second;
    told += " " + std::to_string(parser.value());
    if (parser.timestamp_millis()) told += "@" + std::to_string(*parser.timestamp_millis());
    told += "\n";
  }
}

}  // namespace lapwing::testing
