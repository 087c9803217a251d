// Which text format a scraper gets: content negotiation as Prometheus's client libraries do it.
// Sources: RFC 9110 section 12.5.1 (Accept), Prometheus's "Content negotiation" and "Escaping
// schemes" pages. Left out: the protobuf format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lapwing::exposition {

enum class Syntax : std::uint8_t { Text_0_0_4, Text_1_0_0, OpenMetrics_0_0_1, OpenMetrics_1_0_0 };

/// What becomes of names that are not [a-zA-Z_:][a-zA-Z0-9_:]*.
enum class Escaping : std::uint8_t { Underscores, Dots, Values, AllowUtf8 };

struct Format {
  Syntax syntax = Syntax::Text_0_0_4;
  Escaping escaping = Escaping::Underscores;

  bool is_open_metrics() const {
    return syntax == Syntax::OpenMetrics_0_0_1 || syntax == Syntax::OpenMetrics_1_0_0;
  }
  friend bool operator==(const Format&, const Format&) = default;
};

/// The format with the highest q of those that we have, the first of equals; the text format
/// 0.0.4 when the header is empty, broken or names none of ours: a page beats a refusal.
Format negotiate(std::string_view accept_header);

/// The Content-Type of a page in that format.
std::string content_type(Format format);

}  // namespace lapwing::exposition
